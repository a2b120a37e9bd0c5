// The program with the real Claude Code behind it, and a mocked model behind that, in a home of
// their own.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { until } from '../clients/cases.mjs';
import { AgentWorld } from '../clients/agent_world.mjs';
import { startModel } from '../mock/model.mjs';

/// The pinned Claude Code, or the one that npm has installed in another folder.
const packages = resolve(process.env.CLAUDE_FOLDER ?? 'tests/claude', 'node_modules/@anthropic-ai');
export const claude = join(packages, 'claude-code-linux-x64/claude');
export const { version } = JSON.parse(
  readFileSync(join(packages, 'claude-code/package.json'), 'utf8'));

/// No real key, and it does not look like one.
export const apiKey = 'very-secret-key';

/// A PNG image, as base64.
export const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAW' +
  'jR9awAAAABJRU5ErkJggg==';

/// What the model reads of a recorded request, in the order of its cache.
export function promptBlocks({ body }) {
  const blocks = (content) =>
    (typeof content === 'string' ? [{ text: content, type: 'text' }] : content);
  const said = body.messages.flatMap(({ role, content }) =>
    blocks(content).map((block) => ({ role, block })));
  const withoutBreakpoint = (key, value) => (key === 'cache_control' ? undefined : value);
  return [...body.tools, ...blocks(body.system), ...said]
    .map((each) => JSON.stringify(each, withoutBreakpoint));
}

/// All tokens of a recorded request's prompt.
export const promptTokens = ({ usage }) =>
  usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens;

/// The answer to a permission question.
export const chosen = (optionId, more) => ({ outcome: { outcome: 'selected', optionId }, ...more });

/// The permission questions so far, each answered by `decide`.
export function answering(server, decide) {
  const asked = [];
  server.handlers['session/request_permission'] = (params) => {
    asked.push(params);
    return decide(params);
  };
  return asked;
}

/// Answers a permission question by the first option of that kind.
export const choosing = (kind) => ({ options }) => ({ outcome: { outcome: 'selected',
  optionId: options.find((each) => each.kind === kind).optionId } });

/// What stands in a file of a process; nothing of one that has gone.
export function ofProcess(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

export function executableOf(pid) {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return '';
  }
}

/// The processes of Claude Code itself that serve the session.
export const serving = (session) => readdirSync('/proc').filter((pid) =>
  executableOf(pid) === claude &&
  ofProcess(pid, 'environ').includes(`TINE_SESSION_ID=${session}`)).map(Number);

/// Has the session's process be lost, and a prompt begin another one once the program knows of that.
export async function promptAnew(server, session, prompt) {
  const news = () => server.stderr.split('killed by signal 9').length;
  const before = news();
  for (const pid of serving(session)) process.kill(pid, 'SIGKILL');
  await until('the news of its end', () => news() > before);
  return server.prompt(session, prompt);
}

export class World extends AgentWorld {
  #variables = {};

  /// `tineConfig` are more lines for the backend in the program's configuration, `variables` more
  /// of what Claude Code inherits; those that are undefined it does not.
  static async make({ tineConfig = '', variables = {} } = {}) {
    const world = new World('claude', await startModel('messages'));
    world.#variables = variables;
    world.configure(`command = ["${claude}"]\n${tineConfig}`);
    return world;
  }

  /// What the program hands on to Claude Code: quiet, on loopback, at home here.
  environment() {
    return {
      ...super.environment(),
      CLAUDE_CONFIG_DIR: `${this.home}/.claude`,
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${this.model.port}`,
      ANTHROPIC_API_KEY: apiKey,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_ERROR_REPORTING: '1',
      ...this.#variables,
    };
  }
}
