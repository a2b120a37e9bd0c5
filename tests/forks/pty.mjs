// Forks in a terminal, by the real Codex and the real Claude Code: what the child knows, what it
// costs, what is left of the program, and where it cannot be used.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { directory, longTest, test, until } from '../clients/cases.mjs';
import { claude, ofProcess } from '../claude/world.mjs';
import { codex } from '../codex/world.mjs';
import { guardians } from '../process/actors.mjs';
import { fork, told, World } from './world.mjs';

/// What the person has said to the backend's program, outside of its conversations. Claude Code
/// keeps it beside what it counts, which a process may write at any time, as when it ends.
function answersOf(world, backend) {
  if (backend === 'codex') return readFileSync(world.ofCodex.codexConfiguration, 'utf8');
  const record = JSON.parse(readFileSync(world.claudeRecord, 'utf8'));
  const answers = (from) => Object.fromEntries(Object.entries(from).filter(([name]) =>
    /Accepted$|Approved$|Onboarding$|Responses$|McpjsonServers$|^allowedTools$/.test(name)));
  const projects = Object.entries(record.projects ?? {});
  return { ...answers(record),
    projects: Object.fromEntries(projects.map(([folder, of]) => [folder, answers(of)])) };
}

/// The files in which a backend keeps its conversations, with what they hold.
function conversations(world, backend) {
  const folder = backend === 'codex' ? join(world.ofCodex.home, '.codex/sessions')
    : join(world.ofClaude.home, '.claude/projects');
  return Object.fromEntries(readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name)).filter((name) => statSync(name).isFile())
    .map((name) => [name, createHash('sha256').update(readFileSync(name)).digest('hex')]));
}

/// The processes of this world that were started in a terminal, or by one that was: no other has a
/// kind of terminal in its environment.
const ofTerminal = (world) => readdirSync('/proc').filter((pid) => {
  const variables = ofProcess(pid, 'environ').split('\0');
  return variables.includes(`HOME=${world.ofCodex.home}`) && variables.includes('TERM=xterm-256color');
});

/// Stops them, in the middle of what they do, but for the guardian, which tine waits for.
async function stopInTerminal(world) {
  await until('its program to stand still', () => {
    const all = ofTerminal(world).filter((pid) => !/^Name:\ttine-guard$/m.test(ofProcess(pid, 'status')));
    for (const pid of all) process.kill(pid, 'SIGSTOP');
    return all.length > 0 && all.every((pid) => /^State:\tT/m.test(ofProcess(pid, 'status')));
  });
}

/// A program that is the real one, and does this in a terminal, in the words of a shell.
function standIn(real, words) {
  const program = join(directory('bin'), 'program');
  writeFileSync(program, `#!/bin/sh\n[ -t 0 ] || exec '${real}' "$@"\n${words}\n`, { mode: 0o755 });
  return program;
}

/// One at whose keyboard somebody stands, and the file of what it has received: see keyboard.mjs.
function atKeyboard(real, which) {
  const received = join(directory('received'), 'keys');
  const keyboard = resolve('tests/forks/keyboard.mjs');
  return { received, program: standIn(real,
    `exec '${process.execPath}' '${keyboard}' ${which} '${received}' '${real}' "$@"`) };
}

const trusted = (world) => world.trust(world.project, world.elsewhere);

/// A parent on the backend, in a world that was made ready before any process of it runs: Claude
/// Code writes what it knows over what is written meanwhile.
async function parentOf(backend, ready = trusted, programs = {}, tables = {}) {
  const world = await World.make({ programs, tables });
  world.elsewhere = directory('elsewhere');
  ready(world);
  const server = await world.serve(backend);
  const session = await server.newSession(world.project);
  await server.prompt(session, '[[say: planted]] plant a walnut');
  return { world, server, session };
}

const programOf = { codex, claude };

for (const backend of ['codex', 'claude']) {
  test(`fork in a terminal: ${backend}, a child that knows its parent's past, without a call of the model`,
    async () => {
      const { world, server, session } = await parentOf(backend);
      const before = conversations(world, backend);
      const answers = answersOf(world, backend);
      const asked = world.requests(backend).length;
      const { sessionId: child, _meta: { tine } } =
        await fork(server, world, session, { strategy: 'pty', strict: true });
      assert.equal(tine.fork.strategy, 'pty');
      assert.deepEqual(tine.fork.attempts.map(({ strategy, worked }) => [strategy, worked]),
        [['pty', true]]);
      assert.equal(world.requests(backend).length, asked, 'no model was asked');
      assert.deepEqual(ofTerminal(world), [], 'its program has gone');
      assert.ok(!existsSync(join(world.ofCodex.home, '.codex/packages')), 'no daemon was made');
      assert.deepEqual(answersOf(world, backend), answers);
      const after = conversations(world, backend);
      for (const [name, digest] of Object.entries(before)) assert.equal(after[name], digest, name);
      assert.ok(Object.keys(after).length > Object.keys(before).length);

      await server.prompt(session, '[[say: later]] then a birch');
      const knows = await told(server, world, child, backend);
      assert.match(knows, /walnut/);
      assert.doesNotMatch(knows, /birch/);
      server.stdin.end();
      await server.exited;
      await until('its processes to be gone', () => guardians(server).length === 0);

      // It is a conversation like any other.
      const again = await world.serve(backend);
      await again.request('session/load', { sessionId: child, cwd: world.project, mcpServers: [] });
      assert.match(await told(again, world, child, backend), /walnut/);
      const { sessionId: grandchild, _meta } =
        await fork(again, world, child, { strategy: 'pty', strict: true });
      assert.equal(_meta.tine.fork.strategy, 'pty');
      assert.match(await told(again, world, grandchild, backend), /walnut/);
    });

  test(`fork in a terminal: ${backend}, a child that reads its past from the provider's cache`, async () => {
    const { world, server, session } = await parentOf(backend);
    const { sessionId: child } = await fork(server, world, session, { strategy: 'pty', strict: true });
    const { _meta: { tine } } = await server.prompt(child, '[[say: here]] the word of the child');
    const { expected, actual, shortfall } = tine.fork;
    assert.ok(expected.cacheRead > 0 && actual.cacheRead >= expected.cacheRead, JSON.stringify(tine.fork));
    assert.equal(shortfall, undefined);
  });

  test(`fork in a terminal: ${backend}, whose program ends with tine`, async () => {
    const { world, server, session } = await parentOf(backend);
    fork(server, world, session, { strategy: 'pty', strict: true }).catch(() => {});
    await until('its program to run', () => ofTerminal(world).length > 0);
    process.kill(server.pid, 'SIGKILL');
    await until('its program to be gone', () => ofTerminal(world).length === 0);
  });

  test(`fork in a terminal: ${backend}, in another directory that is trusted as well`, async () => {
    const { world, server, session } = await parentOf(backend);
    const wish = { strategy: 'pty', strict: true };
    await assert.rejects(fork(server, world, session, wish, directory('unknown')),
      /does not trust the folder/);
    const { elsewhere } = world;
    const { sessionId: child, _meta: { tine } } = await fork(server, world, session, wish, elsewhere);
    assert.equal(tine.fork.strategy, 'pty');
    assert.match(await told(server, world, child, backend), /walnut/);
  });

  test(`fork in a terminal: ${backend}, not where the folder is not trusted`, async () => {
    const { world, server, session } = await parentOf(backend, (made) => made.trust());
    const answers = answersOf(world, backend);
    const before = conversations(world, backend);
    await assert.rejects(fork(server, world, session, { strategy: 'pty', strict: true }),
      ({ message, data }) => data.tine.kind === 'unsupported' &&
        /does not trust the folder .* and would ask/.test(message));
    const { _meta: { tine } } = await fork(server, world, session, { strategy: 'pty' });
    assert.equal(tine.fork.strategy, 'native');
    assert.match(tine.fork.attempts[0].reason, /does not trust the folder/);
    assert.deepEqual(answersOf(world, backend), answers);
    const after = conversations(world, backend);
    for (const [name, digest] of Object.entries(before)) assert.equal(after[name], digest, name);
  });

  test(`fork in a terminal: ${backend}, stands behind native, and after the last turn alone`, async () => {
    const { world, server, session } = await parentOf(backend);
    await server.prompt(session, '[[say: grown]] then an oak');
    const { _meta: { tine } } = await fork(server, world, session, { dryRun: true });
    assert.deepEqual(tine.fork.plan.map(({ strategy, usable }) => [strategy, usable]),
      [['native', true], ['pty', true], ['soft', true]]);
    const made = await fork(server, world, session, { strategy: 'pty', at: 1 });
    assert.equal(made._meta.tine.fork.strategy, 'native');
    assert.match(made._meta.tine.fork.attempts[0].reason, /only fork in a terminal after the last turn/);
  });
}

/// What arrives of each: the first answer tells what the terminal is, 0x03 is Ctrl-C.
const endings = {
  'is answered, and leaves when it is to': { which: 'all', hears: /\x1b\[\?62;22c[^]*\x03/ },
  'is answered nothing': { which: 'silent', hears: /^\x03+$/ },
  'does not leave, and is ended': { which: 'deaf', hears: /^$/, isEnded: true },
  'leaves by itself': { which: 'itself', hears: /^\x03+$/ },
};

// A terminal fails in the same ways for both. Codex, which starts faster, shows them in `./run test`.
for (const backend of ['codex', 'claude']) {
  const register = backend === 'codex' ? test : longTest;
  for (const [what, { which, hears, isEnded = false }] of Object.entries(endings)) {
    register(`fork in a terminal: ${backend} ${what}`, async () => {
      const { program, received } = atKeyboard(programOf[backend], which);
      const { world, server, session } = await parentOf(backend, trusted, { [backend]: program });
      const { sessionId: child, _meta: { tine } } =
        await fork(server, world, session, { strategy: 'pty', strict: true });
      assert.equal(tine.fork.strategy, 'pty');
      assert.deepEqual(ofTerminal(world), [], 'its program has gone');
      assert.match(readFileSync(received, 'latin1'), hears);
      assert.equal(/does not leave its terminal: it is ended/.test(server.stderr), isEnded, server.stderr);
      assert.match(await told(server, world, child, backend), /walnut/);
    });
  }

  register(`fork in a terminal: ${backend} of another version ends at once, and the next way is taken`, async () => {
    const real = programOf[backend];
    const program = standIn(real, `exec '${real}' --of-another-version "$@"`);
    const { world, server, session } = await parentOf(backend, trusted, { [backend]: program });
    const { sessionId: child, _meta: { tine } } = await fork(server, world, session, { strategy: 'pty' });
    assert.equal(tine.fork.strategy, 'native');
    assert.match(tine.fork.attempts[0].reason,
      /has ended without a fork: exit code \d[^;]*; its terminal shows: .*--of-another-version/);
    assert.deepEqual(ofTerminal(world), [], 'its program has gone');
    assert.match(await told(server, world, child, backend), /walnut/);
  });

  register(`fork in a terminal: ${backend} stands still: its tree is ended, and the next way is taken`, async () => {
    const { program } = atKeyboard(programOf[backend], 'all');
    const { world, server, session } = await parentOf(backend, trusted, { [backend]: program },
      { [backend]: `[backends.${backend}.pty]\nseconds = 10` });
    const made = fork(server, world, session, { strategy: 'pty' });
    await stopInTerminal(world);
    const { sessionId: child, _meta: { tine } } = await made;
    assert.equal(tine.fork.strategy, 'native');
    assert.match(tine.fork.attempts[0].reason, /has made no fork within 10 seconds/);
    assert.deepEqual(ofTerminal(world), [], 'its program has gone');
    assert.match(await told(server, world, child, backend), /walnut/);
  });

  register(`fork in a terminal: ${backend}, cancelled in the middle`, async () => {
    const { world, server, session } = await parentOf(backend);
    const made = fork(server, world, session, { strategy: 'pty' });
    await stopInTerminal(world);
    server.notify('$/cancel_request', { requestId: made.id });
    await assert.rejects(made, ({ code, message }) => code === -32800 && /fork was cancelled/.test(message));
    await until('its program to be gone', () => ofTerminal(world).length === 0);
    const { sessions } = await server.request('session/list', {});
    assert.deepEqual(sessions.map(({ sessionId }) => sessionId), [session]);
    const again = await fork(server, world, session, { strategy: 'pty', strict: true });
    assert.match(await told(server, world, again.sessionId, backend), /walnut/);
  });

  register(`fork in a terminal: ${backend}, whose parent is closed in the middle`, async () => {
    const { world, server, session } = await parentOf(backend);
    const made = fork(server, world, session, { strategy: 'pty', strict: true });
    await stopInTerminal(world);
    await server.request('session/close', { sessionId: session });
    for (const pid of ofTerminal(world)) process.kill(pid, 'SIGCONT');
    const { sessionId: child, _meta: { tine } } = await made;
    assert.equal(tine.fork.strategy, 'pty');
    assert.deepEqual(ofTerminal(world), [], 'its program has gone');
    assert.match(await told(server, world, child, backend), /walnut/);
  });

  register(`fork in a terminal: ${backend}, where the client goes in the middle`, async () => {
    const { world, server, session } = await parentOf(backend);
    fork(server, world, session, { strategy: 'pty' }).catch(() => {});
    await stopInTerminal(world);
    server.stdin.end();
    await server.exited;
    await until('its program to be gone', () => ofTerminal(world).length === 0);
    const again = await world.serve(backend);
    const { sessions } = await again.request('session/list', {});
    assert.deepEqual(sessions.map(({ sessionId }) => sessionId), [session]);
  });
}

/// The recipe of the documentation, for this program.
function documentedRecipe(program) {
  const text = readFileSync('docs/forks.md', 'utf8');
  const [, recipe] = /```toml\n(\[backends\.codex\.pty\][^]*?)```/.exec(text);
  assert.match(recipe, /"\/opt\/codex-next\/codex"/);
  return recipe.replace('/opt/codex-next/codex', program);
}

test('fork in a terminal: by the recipe of the documentation, a question of the program answered', async () => {
  const { program, received } = atKeyboard(codex, 'all');
  const { world, server, session } = await parentOf('codex', trusted, {}, { codex: documentedRecipe(program) });
  // It asks in which directory the fork is to work where that is not the parent's.
  const { sessionId: child, _meta: { tine } } =
    await fork(server, world, session, { strategy: 'pty', strict: true }, world.elsewhere);
  assert.equal(tine.fork.strategy, 'pty');
  assert.deepEqual(ofTerminal(world), [], 'its program has gone');
  const keys = readFileSync(received, 'latin1').replace(/\x1b(\[[^a-zA-Z]*[a-zA-Z]|\][^\x1b]*\x1b\\)/g, '');
  assert.match(keys, /^2+\x04+$/, 'it was answered, and told to leave');
  assert.match(await told(server, world, child, 'codex'), /walnut/);
});

test('fork in a terminal: by a recipe that does not do, the next way is taken and the reason says so', async () => {
  const recipe = '[backends.codex.pty]\nseconds = 2\n[backends.codex.pty.file]\nfolder = "~/.codex/nowhere"\n' +
    'line = { type = "session_meta" }\nid = "payload.id"';
  const { world, server, session } = await parentOf('codex', trusted, {}, { codex: recipe });
  const { sessionId: child, _meta: { tine } } = await fork(server, world, session, { strategy: 'pty' });
  assert.equal(tine.fork.strategy, 'native');
  assert.match(tine.fork.attempts[0].reason, /codex fork has made no fork within 2 seconds; its terminal shows: ./);
  assert.deepEqual(ofTerminal(world), [], 'its program has gone');
  assert.match(await told(server, world, child, 'codex'), /walnut/);
});

test('fork in a terminal: a project sets no recipe', async () => {
  const { world, server } = await parentOf('codex');
  writeFileSync(join(world.project, '.tine.toml'), '[backends.codex.pty]\ncommand = ["/bin/sh", "-c", "evil"]\n');
  await assert.rejects(server.newSession(world.project), /a project's file may not set "backends"/);
});

const refusals = {
  'codex, not where it would change its configuration': {
    backend: 'codex',
    reason: /note its first start in a terminal/,
    ready(world) {
      trusted(world);
      const configuration = world.ofCodex.codexConfiguration;
      writeFileSync(configuration, readFileSync(configuration, 'utf8').replace(/^screen_.*$/m, ''));
    },
  },
  'claude, not where it has not been set up': {
    backend: 'claude',
    reason: /has not been set up in a terminal/,
    ready() {},
  },
  'claude, not where it would ask about a key': {
    backend: 'claude',
    reason: /whether to use the API key of the environment/,
    ready(world) {
      trusted(world);
      const record = JSON.parse(readFileSync(world.claudeRecord, 'utf8'));
      writeFileSync(world.claudeRecord, JSON.stringify({ ...record, customApiKeyResponses: {} }));
    },
  },
};

for (const [what, { backend, reason, ready }] of Object.entries(refusals)) {
  test(`fork in a terminal: ${what}`, async () => {
    const { world, server, session } = await parentOf(backend, ready);
    await assert.rejects(fork(server, world, session, { strategy: 'pty', strict: true }),
      ({ message, data }) => data.tine.kind === 'unsupported' && reason.test(message));
  });
}
