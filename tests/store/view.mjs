// What a client shows of a session, built from the updates that it gets: the same whether it was
// there when they happened or has loaded the session.

export class View {
  /// Messages, thoughts and tool calls in the order in which they began.
  items = [];
  plan = null;
  title = null;
  usage = null;
  settings = null;
  #known = new Map();

  #item(kind, id) {
    const key = `${kind} ${id}`;
    if (!this.#known.has(key)) {
      const made = { kind, id };
      this.#known.set(key, made);
      this.items.push(made);
    }
    return this.#known.get(key);
  }

  /// Goes on with items that were put there.
  remember() {
    for (const item of this.items) this.#known.set(`${item.kind} ${item.id}`, item);
  }

  /// What its own person has asked.
  asked(turn, text) {
    this.#item('user_message_chunk', `prompt-${turn}`).text = text;
  }

  /// The answer that opened the session, or to a setting.
  opened({ configOptions }) {
    this.settings = Object.fromEntries(
      configOptions.map(({ id, currentValue }) => [id, currentValue]));
  }

  take({ sessionUpdate: kind, ...update }) {
    switch (kind) {
      case 'user_message_chunk':
      case 'agent_message_chunk':
      case 'agent_thought_chunk': {
        const item = this.#item(kind, update.messageId);
        item.text = (item.text ?? '') + update.content.text;
        break;
      }
      case 'tool_call':
      case 'tool_call_update': {
        const item = this.#item('tool_call', update.toolCallId);
        item.call = { ...item.call, ...update };
        break;
      }
      case 'compaction_update':
        Object.assign(this.#item(kind, update.compactionId), update);
        break;
      case 'plan':
        this.plan = update.entries;
        break;
      case 'session_info_update':
        this.title = update.title ?? this.title;
        break;
      case 'usage_update':
        this.usage = update;
        break;
      case 'config_option_update':
        this.opened(update);
        break;
      default:
        break;
    }
  }

  /// For a comparison.
  get shown() {
    const { items, plan, title, usage, settings } = this;
    return { items, plan, title, usage, settings };
  }

  /// The messages and tool calls of each turn, by its number.
  get turns() {
    const turns = new Map();
    let turn = null;
    for (const item of this.items) {
      if (item.kind === 'user_message_chunk') {
        turn = { asked: item.text, messages: [], tools: [] };
        turns.set(Number(item.id.replace('prompt-', '')), turn);
      } else if (item.kind === 'agent_message_chunk') {
        turn.messages.push(item.text);
      } else if (item.kind === 'tool_call') {
        turn.tools.push(item.call);
      }
    }
    return turns;
  }
}

/// A view that follows what a server says of a session from now on.
export function follow(server, sessionId, view = new View()) {
  const before = server.onMessage;
  server.onMessage = (message) => {
    before(message);
    if (message.method === 'session/update' && message.params.sessionId === sessionId)
      view.take(message.params.update);
  };
  return view;
}
