// usage: node tests/conformance/matrix.mjs FOLDER [NAME…]: judges tine and real agents, with mocked
// models behind them, writes what is found of each into FOLDER, and then a page and a table of all
// that are there. It takes minutes.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { agents, judge, tool } from './real.mjs';

const [folder = '', ...names] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
for (const name of names.length > 0 ? names : Object.keys(agents)) {
  const begin = Date.now();
  const verdict = await judge(name, join(folder, `${name}.json`));
  console.log(`${name}: ${verdict} in ${Math.round((Date.now() - begin) / 1000)} s`);
}
const reports = readdirSync(folder).filter((name) => name.endsWith('.json')).sort();
execFileSync(tool, ['matrix', ...reports.map((name) => join(folder, name)),
  '--html', join(folder, 'agents.html'), '--markdown', join(folder, 'agents.md')],
{ stdio: 'inherit' });
process.exit(0);  // what was started ends with this process
