// The brief of a project's memory, with the real Codex and Claude Code: in the first message of a new
// session, and byte for byte the same afterwards, so that the provider's cache holds.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { program, test, until } from '../clients/cases.mjs';
import { World } from './world.mjs';

const begin = '[Memory of this project]';
const end = '[End of the memory]';

for (const backend of ['codex', 'claude']) {
  test(`memory: the brief stands in the first message of a session of ${backend}, and stays as it is`, async () => {
    const world = await World.make({ settings: '[memory]\nkeep = true\ninject = "brief"\n' });
    const environment = { ...process.env, ...world.configure(backend) };
    const note = (text) => execFileSync(program, ['memory', 'goal', text], { cwd: world.project, env: environment });
    note('Grow a wood');
    /// What the model is given with the last request that has the words.
    const given = (words) => {
      const request = world.requests(backend).findLast((each) => each.includes(words));
      assert.ok(request, words);
      assert.equal(request.split(begin).length, 2, 'once');
      return { text: request.slice(request.indexOf(begin), request.indexOf(end)), from: request.indexOf(begin),
        words: request.indexOf(words) };
    };
    let server = await world.serve(backend);
    const session = await server.newSession(world.project);
    await server.prompt(session, 'plant a walnut');
    const first = given('plant a walnut');
    assert.match(first.text, /> Grow a wood/);
    assert.ok(first.from < first.words, 'in front of the prompt');

    note('Sell the wood');
    await server.prompt(session, 'and an oak');
    assert.equal(given('and an oak').text, first.text);
    server.stdin.end();
    await server.exited;

    server = await world.serve(backend);
    await server.request('session/load', { sessionId: session, cwd: world.project, mcpServers: [] });
    await server.prompt(session, 'and an ash');
    assert.equal(given('and an ash').text, first.text);

    // The memory is written behind the end of a turn.
    const state = join(world.ofCodex.home, 'state');
    const kept = () => readdirSync(state, { recursive: true }).filter((name) => name.endsWith('.json'))
      .some((name) => readFileSync(join(state, name), 'utf8').includes('and an ash'));
    await until('the last turn to be remembered', kept);
    const other = await server.newSession(world.project);
    await server.prompt(other, 'what is to be done?');
    assert.match(given('what is to be done?').text, /Sell the wood[^]*and an ash/);
  });
}
