// The yardstick: an agent with nothing in it but the official SDK. It answers what the benchmarks
// ask, and understands two directives of the rehearsal agent, [[say:TEXT]] and [[burst:N:BYTES]].

import { randomUUID } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

import { agent, methods, ndJsonStream, PROTOCOL_VERSION } from '@agentclientprotocol/sdk';

const sessions = new Map();
const chunksInARow = 64; // then others on the loop get their turn

async function send(client, sessionId, updates) {
  let sent = 0;
  for (const update of updates) {
    await client.notify(methods.client.session.update, { sessionId, update });
    if (++sent % chunksInARow === 0) await setImmediate();
  }
}

function* performance(text) {
  let messages = 0;
  for (const [, name, argument] of text.matchAll(/\[\[(say|burst):(.*?)\]\]/g)) {
    const [count, bytes] = name === 'burst' ? argument.split(':').map(Number) : [1];
    const content = { type: 'text', text: bytes ? '.'.repeat(bytes) : argument };
    const messageId = `message-${++messages}`;
    for (let i = 0; i < count; ++i) {
      yield { sessionUpdate: 'agent_message_chunk', content, messageId };
    }
  }
}

function* kept(updates, said) {
  for (const update of updates) {
    said.push(update);
    yield update;
  }
}

agent({ name: 'bare' })
  .onRequest(methods.agent.initialize, () => ({
    protocolVersion: PROTOCOL_VERSION,
    agentCapabilities: { loadSession: true, promptCapabilities: { embeddedContext: true },
      sessionCapabilities: { list: {} } },
    authMethods: [],
  }))
  .onRequest(methods.agent.authenticate, () => ({}))
  .onRequest(methods.agent.session.new, ({ params }) => {
    const sessionId = randomUUID();
    sessions.set(sessionId, { cwd: params.cwd, said: [] });
    return { sessionId };
  })
  .onRequest(methods.agent.session.list, () => ({
    sessions: [...sessions].map(([sessionId, { cwd }]) => ({ sessionId, cwd })),
  }))
  .onRequest(methods.agent.session.setMode, () => ({}))
  .onRequest(methods.agent.session.load, async ({ params, client }) => {
    await send(client, params.sessionId, sessions.get(params.sessionId).said);
    return {};
  })
  .onRequest(methods.agent.session.prompt, async ({ params, client }) => {
    const text = params.prompt.map((block) => block.text ?? '').join('');
    const { said } = sessions.get(params.sessionId);
    await send(client, params.sessionId, kept(performance(text), said));
    return { stopReason: 'end_turn' };
  })
  .connect(ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));
