// What is found by the tool of the fixture agent, with parts of the tool's scenarios left out.

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { directory } from '../clients/cases.mjs';

const build = dirname(process.env.TINE);
const tool = join(build, 'acp-conform');
const fixture = join(build, 'conformance/fixture_agent');
export const folder = 'conformance/scenarios';
const silence = '2';

export const judge = (options, broken) => new Promise((done, failed) => {
  execFile(tool, ['--prompts', 'tests/conformance/directives.toml', '--timeout', silence, '--strict',
    '--json', '-', ...options, '--', fixture, ...broken], { maxBuffer: 1 << 28 },
  (fault, out, errors) => (out === '' ? failed(new Error(errors)) : done(JSON.parse(out))));
});

/// Runs the tasks, a few at a time: most wait for silence.
export const all = async (tasks) => {
  const work = async () => {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) await task();
  };
  await Promise.all(Array.from({ length: 6 }, work));
};

/// Lines without comments, each with what continues it.
export const linesOf = (text) => text.trimEnd().replace(/\n\s+/g, ' ').split('\n')
  .filter((line) => !line.startsWith('#'));

/// The scenarios of a file.
export const scenariosOf = (file) => readFileSync(join(folder, file), 'utf8').split(/^(?=== )/m)
  .filter((text) => text.startsWith('== '))
  .map((text) => ({ file, lines: linesOf(text), ids: /^tests: (.*)$/m.exec(text)[1].split(/[ ,]+/) }));

export const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));

/// Plays one scenario, as these lines have it.
export const play = ({ file, ids }, lines, broken, options = []) => {
  const place = directory('scenario');
  writeFileSync(join(place, file), `${lines.join('\n')}\n`);
  return judge(['--no-facts', ...ids.flatMap((id) => ['--only', id]), '--scenarios', place, ...options],
    broken);
};
