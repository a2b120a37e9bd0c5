// Text from outside that would do something to a terminal: whatever the verb, the terminal is not
// given it. What is said in a session holds no control characters for anybody.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, program, test } from '../clients/cases.mjs';
import { environment, runProgram, Server } from '../clients/server.mjs';
import { hostile, tags } from './hostile.mjs';
import { onTerminal } from './terminal.mjs';

/// All but what a shell's argument cannot hold.
const asArgument = hostile.map((text) => text.replaceAll('\0', ''));
const all = asArgument.map((text, i) => `${i}<${text}>`).join(' ');

/// A text as it is said in a session: control characters are pictures.
const pictured = (text) => text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, (c) => {
  const code = c.charCodeAt(0);
  if (code > 0x7f) return '\ufffd';
  return String.fromCharCode(code === 0x7f ? 0x2421 : 0x2400 + code);
});

/// Of what came as bytes: the first character that a terminal must not be given. A joiner may stand
/// within a picture. The program's own line of progress, which it shows after a second, removes itself.
function harm(bytes) {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  return text.replaceAll(/working · [\d.]+ s\r\x1b\[K/g, '').replaceAll('\r\n', '\n')
    .replace(/(?<=[\u0600-\u{10FFFF}])\u200D/gu, '')
    .match(/[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/u)?.[0];
}

/// What a command shows on a terminal, byte for byte.
async function shown(command, env, typed) {
  const terminal = onTerminal(command, { env });
  terminal.stdin.write(typed);
  const parts = [];
  terminal.stdout.removeAllListeners('data');
  terminal.child.stdout.setEncoding('latin1').on('data', (part) => parts.push(part));
  const { code } = await terminal.exited;
  await terminal.ended;
  return { code, bytes: Buffer.from(parts.join(''), 'latin1') };
}

class Place {
  home = directory('home');
  project = directory('project');
  env = { HOME: this.home, XDG_CONFIG_HOME: `${this.home}/config`,
    XDG_STATE_HOME: `${this.home}/state` };

  /// Runs the program in the project; `args` are words of the shell, "$TEXT" is `text`.
  async onTerminal(args, text = '', typed = '') {
    const { code, bytes } = await shown(`cd "$PROJECT" && "$TINE" ${args}`,
      { ...this.env, PROJECT: this.project, TEXT: text }, typed);
    assert.equal(harm(bytes), undefined, `${args}: ${JSON.stringify(bytes.toString())}`);
    return { code, text: bytes.toString().replaceAll('\r\n', '\n') };
  }

  /// The same with pipes.
  inPipes(args, options = {}) {
    return runProgram(args, { ...options, env: this.env, cwd: this.project });
  }

  configure(text) {
    mkdirSync(join(this.home, 'config/tine'), { recursive: true });
    writeFileSync(join(this.home, 'config/tine/config.toml'), text);
  }

  /// A session for each of the texts.
  async sessions() {
    for (const text of asArgument) {
      const { code } = await this.inPipes(['run', text]);
      assert.equal(code, 0);
    }
    const listed = await this.inPipes(['session', 'list', '--json']);
    return JSON.parse(listed.stdout).map(({ id }) => id);
  }
}

test('hostile text: run shows it on a terminal, and pictures of control characters in a pipe', async () => {
  const place = new Place();
  const { code, text } = await place.onTerminal('run "$TEXT"', all);
  assert.equal(code, 0);
  assert.match(text, /2<␛\[31mred␛\[0m>/);
  assert.match(text, /15<\\u202etxt\.exe>/);
  const piped = await place.inPipes(['run', all]);
  assert.equal(piped.stdout, `You said: ${pictured(all)}\n`);
});

test('hostile text: JSON on a terminal is shown, and stays the same JSON', async () => {
  const place = new Place();
  for (const args of ['run --json', 'run --stream-json']) {
    const { text } = await place.onTerminal(`${args} "$TEXT"`, all);
    const { output } = JSON.parse(text.trimEnd().split('\n').at(-1));
    assert.equal(output, `You said: ${pictured(all)}`);
  }
});

test('hostile text: a character that is cut by the stream is whole on a terminal', async () => {
  const place = new Place();
  const { text } = await place.onTerminal('run "[[slow:100000:0]]$TEXT"', 'größe 👨‍👩‍👧 ✓ \u202E');
  assert.equal(text, 'größe 👨‍👩‍👧 ✓ \\u202e\n');
});

test('hostile text: the session verbs', async () => {
  const place = new Place();
  const ids = await place.sessions();
  assert.equal(ids.length, 20);
  for (const args of ['list', 'list --tree', 'list --all', 'list --json', 'verify',
    'clean --dry-run --days 1']) {
    await place.onTerminal(`session ${args}`);
  }
  for (const id of ids) {
    await place.onTerminal(['show', 'show --json', 'export', 'export --format markdown']
      .map((args) => `session ${args} ${id}`).join('; "$TINE" '));
    // A document for people is read on a terminal sooner or later.
    const markdown = await place.inPipes(['session', 'export', id, '--format', 'markdown']);
    assert.equal(harm(Buffer.from(markdown.stdout)), undefined, markdown.stdout);
    assert.match(markdown.stdout, /\\u|[\u2400-\u2421\ufffd]/);
    const asked = await place.onTerminal(`session delete ${id}`, '', 'n\n');
    assert.match(asked.text, /Delete session .*\[y\/N\]/);
  }
  const list = await place.inPipes(['session', 'list']);
  assert.equal(harm(Buffer.from(list.stdout)), undefined, list.stdout);
  const exported = await place.inPipes(['session', 'export', ids[0]]);
  assert.ok(exported.stdout.includes(tags));
});

test('hostile text: a state file that others have written', async () => {
  const place = new Place();
  await place.inPipes(['run', 'hello']);
  const [name] = readdirSync(join(place.home, 'state'), { recursive: true })
    .filter((path) => path.endsWith('state.toml'));
  const file = join(place.home, 'state', name);
  const value = JSON.stringify(all).replaceAll('\x7f', '\\u007f');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^(description|backend) = .*/gm,
    (_, key) => `${key} = ${value}`));
  const { text } = await place.onTerminal('session list');
  assert.match(text, /\\u202etxt\.exe/);
  for (const args of ['list --json', 'list --tree', 'verify']) await place.onTerminal(`session ${args}`);
});

test('hostile text: errors about what was asked for', async () => {
  const place = new Place();
  const commands = ['--backend "$TEXT" run x', 'session show "$TEXT"', '"$TEXT"', 'run x "$TEXT"',
    'session export --format "$TEXT" x', 'run --cwd "/none/$TEXT" x', '--mirror "/none/$TEXT" run x',
    'redact --check "/none/$TEXT"', '--login "$TEXT"'];
  for (const text of asArgument) {
    const { text: said } = await place.onTerminal(commands.join(' && echo well; "$TINE" '), text);
    assert.doesNotMatch(said, /^well$/m);
    const piped = await place.inPipes(['session', 'show', text]);
    assert.equal(harm(Buffer.from(piped.stderr)), undefined, piped.stderr);
  }
});

test('hostile text: redact shows it on a terminal, and hands it on in a pipe as it is', async () => {
  const place = new Place();
  const text = all + hostile[14];
  writeFileSync(join(place.project, 'text'), text);
  const { code } = await place.onTerminal('redact < text');
  assert.equal(code, 0);
  assert.equal((await place.inPipes(['redact'], { input: text })).stdout, text);
});

test('hostile text: bytes that are no text', async () => {
  const place = new Place();
  const bytes = Buffer.concat([Buffer.from('a\x1b'), Buffer.from([0x9b, 0x33, 0xff, 0xc2, 0xe2, 0x80])]);
  writeFileSync(join(place.project, 'bytes'), bytes);
  const { text } = await place.onTerminal('redact < bytes');
  assert.equal(text, 'a\\u001b\\x9b3\\xff\\xc2\\xe2\\x80');
  await place.onTerminal('run "$(cat bytes)"');
  await place.onTerminal('session list');
  await place.onTerminal('session show "$(cat bytes)"');
});

test('hostile text: the configuration', async () => {
  const place = new Place();
  const quoted = (text) => JSON.stringify(text).replaceAll('\x7f', '\\u007f');
  const name = quoted(all);
  place.configure(`${name} = 1\n[backends.x]\nkind = "acp"\ncommand = [${quoted(`/${all}`)}]\n`);
  for (const args of ['config', 'config --explain', 'config --json']) {
    const { code, text } = await place.onTerminal(args);
    assert.equal(code, 0, text);
  }
  assert.equal((await place.onTerminal('run x')).code, 11);  // there is no such program
  place.configure(`model = ${name}\n`);
  assert.equal((await place.onTerminal('config')).code, 3);
});

test('hostile text: doctor and the log, of what a backend says', async () => {
  const place = new Place();
  const folder = directory('bin');
  writeFileSync(join(folder, 'text'), `${hostile.join('\n')}\n`);
  for (const name of ['codex', 'claude']) {
    writeFileSync(join(folder, name), `#!/bin/sh\ncat "${folder}/text" >&2\necho "$0 \u202E"\nexit 1\n`);
    chmodSync(join(folder, name), 0o755);
  }
  place.configure(`[backends.a]\nkind = "codex"\ncommand = ["${folder}/codex"]\n` +
    `[backends.b]\nkind = "claude"\ncommand = ["${folder}/claude"]\n`);
  const { text } = await place.onTerminal('doctor');
  assert.match(text, /does not work/);
  await place.onTerminal('doctor --json');
  place.env.TINE_LOG_LEVEL = 'debug';
  for (const backend of ['a', 'b']) await place.onTerminal(`run --backend ${backend} hello`);
});

/// The first control character in any string of a value, but for those of `rawInput`.
function control(value, name = '') {
  if (name === 'rawInput') return undefined;
  if (typeof value === 'string') return value.match(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/)?.[0];
  if (value === null || typeof value !== 'object') return undefined;
  return Object.entries(value).map(([key, each]) => control(each, key)).find((c) => c !== undefined);
}

test('hostile text: a session, its transcript and its errors hold no control characters', async () => {
  const place = new Place();
  const server = new Server({ env: place.env, cwd: place.project });
  await server.initialize();
  server.handlers['session/request_permission'] = ({ options }) =>
    ({ outcome: { outcome: 'selected', optionId: options[0].optionId } });
  const session = await server.newSession(place.project);
  const text = asArgument.filter((each) => !each.includes(']]')).join(' ');
  for (const prompt of [text, `[[say:${text}]] [[think:${text}]]`, `[[slow:500:0]] ${text}`,
    `[[plan:${text}]] [[tool:execute:${text}]] [[ask:${text}]] [[notice:warning:${text}]]`,
    `[[edit:/a:${text}:new]]`, `[[title:${text}]]`, `[[fail:backend_failed]] ${text}`]) {
    await server.prompt(session, prompt).catch((error) => error);
  }
  await server.request('session/set_mode', { sessionId: session, modeId: text }).catch(() => {});
  const loud = server.messages.find((message) => control(message) !== undefined);
  assert.equal(loud, undefined, JSON.stringify(loud));
  assert.ok(server.text(session).includes('␛[31mred␛[0m'));
  const state = join(place.home, 'state');
  const transcript = readdirSync(state, { recursive: true })
    .find((name) => name.endsWith(join(session, 'transcript.jsonl')));
  const lines = readFileSync(join(state, transcript), 'utf8').split('\n').filter(Boolean);
  const kept = lines.find((line) => control(JSON.parse(line)) !== undefined);
  assert.equal(kept, undefined, kept);
  assert.ok(lines.some((line) => line.includes('␛]0;another title␇')));
});

test('hostile text: an error of a backend has none in its text', async () => {
  const place = new Place();
  const broken = join(directory('bin'), 'claude');
  writeFileSync(broken, `#!/bin/sh\nprintf '\\033]0;x\\007\\033[2Jgone' >&2\nexit 3\n`);
  chmodSync(broken, 0o755);
  place.configure(`[backends.a]\nkind = "claude"\ncommand = ["${broken}"]\n`);
  const server = new Server({ env: place.env, cwd: place.project });
  await server.initialize();
  const fault = await server.prompt(await server.newSession(place.project), 'hello')
    .catch((error) => error);
  assert.match(fault.message, /␛\]0;x␇␛\[2Jgone/);
  assert.equal(server.messages.find((message) => control(message) !== undefined), undefined);
});
