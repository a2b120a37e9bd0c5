// Leaves out one line after the other of what the scenarios for clients expect: of some client other
// things must be found then. So each line does something, and is seen to.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { directory, test } from '../clients/cases.mjs';
import { all, folder, scenariosOf } from './fixture.mjs';
import { expand, without } from './lines.mjs';

const build = dirname(process.env.TINE);
const tool = join(build, 'acp-conform');
const fixture = join(build, 'conformance/fixture_client');

/// Of each requirement its verdict, and at which line it was found.
const found = (lines, ids, broken) => new Promise((done, failed) => {
  const place = directory('scenario');
  writeFileSync(join(place, 'clients.txt'), `${lines.join('\n')}\n`);
  execFile(tool, ['client', '--scenarios', place, '--timeout', '2', '--json', '-',
    ...ids.flatMap((id) => ['--only', id]), '--', fixture, '{agent}', ...broken], { maxBuffer: 1 << 28 },
  (fault, out, errors) => {
    if (out === '') return failed(new Error(errors));
    return done(JSON.parse(out).requirements.map(({ id, verdict, evidence }) =>
      ({ id, verdict, line: (evidence[0]?.step ?? '').split(': ').slice(1).join(': ') })));
  });
});

/// The requests of the agent up to this line: a client can be broken at each.
const requestsBefore = (texts, index) =>
  texts.slice(0, index).filter((text) => /^-> (-?\d+|"[^"]*") \w+\/\w+|^-> (-?\d+|"[^"]*") _/.test(text)).length;

async function isUseful({ ids }, texts, index) {
  const number = requestsBefore(texts, index);
  const clients = [[], ['answers'], ['slow'], ['says:session/new'], ['says:session/prompt'],
    ...ids.flatMap((id) => [[id], [id, 'slow']]),
    ...['mute', 'refuses', 'spoils'].map((fault) => [`${fault}:${number}`])];
  for (const less of without(texts, index)) {
    for (const broken of clients) {
      const [one, other] = await Promise.all([found(texts, ids, broken), found(less, ids, broken)]);
      for (const each of other) if (each.line === less[index]) each.line = texts[index];
      if (!isDeepStrictEqual(one, other)) return true;
    }
  }
  return false;
}

for (const file of readdirSync(join(folder, 'clients'))) {
  test(`each line of clients/${file} that expects something is missed when it is left out`, async () => {
    const useless = [];
    await all(scenariosOf(join('clients', file)).flatMap((scenario) => {
      const lines = expand(scenario.lines);
      const texts = lines.map(({ text }) => text);
      return lines.flatMap((line, index) => {
        // A client that does not come so far as to have a session is not judged: that is a test of its own.
        if (line.shared === 'client_session' || without(texts, index).length === 0) return [];
        return [async () => {
          if (!await isUseful(scenario, texts, index)) useless.push(`${texts[0]}: ${line.text}`);
        }];
      });
    }));
    assert.deepEqual(useless, []);
  });
}
