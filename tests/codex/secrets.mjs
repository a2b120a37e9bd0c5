// What the real Codex shows of secrets, and what of it stays on disk.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { program, test, until } from '../clients/cases.mjs';
import { runProgram, Server } from '../clients/server.mjs';
import { World } from './world.mjs';

test('codex: a token that a command prints slowly is in no record of it', async () => {
  const world = await World.make();
  // Put together here, so that it stands nowhere as a whole.
  const token = ['ghp', 'q7Xv2LmZt9RcW4sKd8Jp1NfYbH6uGe3aT5oS'].join('_');
  writeFileSync(join(world.project, 'token'), token);
  const slowly = 'while IFS= read -rn1 c; do printf %s "$c"; sleep 0.02; done <token; echo';
  writeFileSync(join(world.project, 'print'), slowly);
  // Codex shows nothing of what a command says at its very beginning.
  writeFileSync(join(world.project, 'print-later'),
    `until test -e go; do echo wait; sleep 0.02; done; ${slowly}`);
  const mirror = join(world.home, 'mirror');
  const server = new Server({ env: world.environment(), cwd: world.project,
    command: [program, '--mirror', mirror, 'acp'] });
  await server.initialize();
  const session = await server.newSession(world.project);
  await server.prompt(session, '[[run: bash print]] [[say: done]]');
  const later = server.prompt(session, '[[run: bash print-later]] [[say: done]]');
  const shown = () => server.updates(session, 'tool_call_update')
    .map(({ content }) => content?.[0]?.content?.text ?? '');
  await until('the output', () => shown().some((text) => text.includes('wait')));
  writeFileSync(join(world.project, 'go'), '');
  await later;
  // The client has seen it grow, and as a whole.
  const parts = new Set(shown().map((text) => text.trim().split('\n').at(-1))
    .filter((part) => part.length > 12 && token.startsWith(part)));
  assert.ok(parts.size > 2, JSON.stringify(shown()));
  assert.ok(parts.has(token));

  server.stdin.end();
  await server.exited;
  const state = join(world.home, 'state');
  const transcript = readdirSync(state, { recursive: true })
    .find((name) => name.endsWith(join(session, 'transcript.jsonl')));
  const { stdout } = await runProgram(['session', 'export', session], { env: world.environment() });
  for (const [name, text] of Object.entries({ transcript: readFileSync(join(state, transcript), 'utf8'),
    mirror: readFileSync(mirror, 'utf8'), export: stdout })) {
    assert.match(text, /«redacted:/, name);
    const left = [...token.matchAll(/(?=(.{8}))/g)].filter(([, part]) => text.includes(part));
    assert.equal(left.length, 0, `${left.length} parts of the token are in the ${name}`);
  }
});
