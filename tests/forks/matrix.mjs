// Forks of a parent in each state, to each directory, in each way, on each backend: a child that knows
// what it should and nothing more, or a typed error. What there is of the parent stays as it is.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { directory, test, until } from '../clients/cases.mjs';
import { fork, told, World } from './world.mjs';

const wishes = {
  auto: () => ({}),
  native: () => ({ strategy: 'native', strict: true }),
  pty: () => ({ strategy: 'pty' }),
  soft: () => ({ strategy: 'soft' }),
  'strict pty': () => ({ strategy: 'pty', strict: true }),
  'another backend': () => ({ backend: 'other' }),
};

/// What comes of a wish: a strategy, or the kind of an error. A terminal forks a conversation as it
/// stands: not while a turn runs, and not before the first one.
function expected(backend, state, wish) {
  if (state === 'deleted') return 'session_not_found';
  const inTerminal = backend !== 'rehearsal' && ['idle', 'restarted'].includes(state);
  if (wish === 'strict pty') return inTerminal ? 'pty' : 'unsupported';
  if (wish === 'pty' && inTerminal) return 'pty';
  if (state === 'never prompted') return wish === 'another backend' ? 'unsupported' : 'native';
  return wish === 'soft' || wish === 'another backend' ? 'soft' : 'native';
}

/// The files below a folder with what they hold.
function digests(folder, of = () => true) {
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder, { recursive: true }).map((name) => join(folder, name))
    .filter((name) => of(name) && statSync(name).isFile());
  return Object.fromEntries(names.map((name) =>
    [name, createHash('sha256').update(readFileSync(name)).digest('hex')]));
}

/// What there is of the parent, in tine's store and in the provider's.
const kept = (world, session) => ({
  ...digests(join(world.ofCodex.home, 'state'), (name) => name.includes(`/${session}/transcript`)),
  ...digests(join(world.ofCodex.home, '.codex/sessions')),
  ...digests(join(world.ofClaude.home, '.claude/projects')),
});

/// Begins a turn that does not end by itself.
async function running(server, session, { world, backend }) {
  const from = server.text(session).length;
  const written = () => Object.keys(digests(join(world.ofClaude.home, '.claude/projects')))
    .filter((name) => readFileSync(name, 'utf8').includes('birch')).length;
  const before = written();
  const turn = server.prompt(session, '[[say: it begins]] [[hang]] then a birch');
  await until('the turn to begin', () => server.text(session).slice(from).includes('it begins') ||
    world.requests(backend).some((each) => each.includes('birch')));
  // Before Claude Code has written the prompt down, its program forks after the turn before it.
  if (backend === 'claude') await until('the prompt to be written down', () => written() > before);
  return async () => {
    server.notify('session/cancel', { sessionId: session });
    await turn;
  };
}

const states = {
  idle: async () => ({}),
  running: async (parent) => ({ end: await running(parent.server, parent.session, parent) }),
  'never prompted': async ({ server, world }) => ({ session: await server.newSession(world.project) }),
  'locked elsewhere': async ({ server, world, backend, session }) => {
    await server.request('session/close', { sessionId: session });
    const other = await world.serve(backend);
    await other.request('session/load', { sessionId: session, cwd: world.project, mcpServers: [] });
    return { end: await running(other, session, { world, backend }) };
  },
  restarted: async ({ server, world, backend }) => {
    server.stdin.end();
    await server.exited;
    return { server: await world.serve(backend) };
  },
  deleted: async ({ server, session }) => {
    await server.request('session/delete', { sessionId: session });
    return {};
  },
};
const still = ['idle', 'never prompted', 'restarted', 'deleted'];

async function cell({ world, server, session, backend, state, wish, cwd }) {
  const before = kept(world, session);
  let outcome;
  let child;
  let why = '';
  try {
    const made = await fork(server, world, session, wishes[wish](), cwd);
    outcome = made._meta.tine.fork.strategy;
    child = made.sessionId;
    why = `: ${JSON.stringify(made._meta.tine.fork.attempts)}`;
  } catch (fault) {
    outcome = fault.data?.tine?.kind ?? String(fault);
    why = `: ${fault.message}`;
    assert.ok(fault.message.length > 20, 'an error says why');
  }
  const what = `${backend}, ${state}, ${wish}`;
  assert.equal(outcome, expected(backend, state, wish), what + why);
  if (child) {
    const knows = await told(server, world, child, wish === 'another backend' ? 'other' : backend);
    assert.equal(knows.includes('walnut'), state !== 'never prompted', `${what}: ${knows}`);
    assert.ok(!knows.includes('birch'), `${what}: ${knows}`);
  }
  if (!still.includes(state)) return;
  const after = kept(world, session);
  for (const [name, digest] of Object.entries(before)) assert.equal(after[name], digest, `${what}: ${name}`);
}

/// Plays each state with each wish on a backend, to the parent's directory and to another one.
/// `register` makes the cases.
export function playMatrix(backend, register = test) {
  for (const state of Object.keys(states)) {
    for (const wish of Object.keys(wishes)) {
      register(`fork matrix: ${backend}, ${state}, ${wish}`, async () => {
        const world = await World.make();
        const elsewhere = directory('elsewhere');
        world.trust(world.project, elsewhere);
        for (const cwd of [world.project, elsewhere]) {
          const server = await world.serve(backend);
          const session = await server.newSession(world.project);
          await server.prompt(session, '[[say: planted]] plant a walnut');
          const parent = { world, server, session, backend };
          const now = { ...parent, ...await states[state](parent) };
          await cell({ ...now, state, wish, cwd });
          await now.end?.();
          now.server.stdin.end();
          await now.server.exited;
        }
      });
    }
  }
}
