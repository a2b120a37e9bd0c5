// The week that docs/memory.md tells: its commands, one after the other, and what they print.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { program, test } from '../clients/cases.mjs';
import { environment } from '../clients/server.mjs';
import { Place } from './place.mjs';

/// Each command of the page's section with the lines that are quoted of what it prints.
function commands() {
  const page = readFileSync('docs/memory.md', 'utf8');
  const section = page.slice(page.indexOf('## A week\n')).split('\n## ')[0];
  const out = [];
  for (const line of section.split('\n')) {
    if (line.startsWith('    $ ')) out.push({ command: line.slice(6), says: [] });
    else if (line.startsWith('    > ')) out.at(-1).says.push(line.slice(6).trim());
  }
  return out;
}

test('memory: the week of the page', () => {
  const place = new Place();
  place.configure('[memory]\nkeep = true\ninject = "brief"\ndrift = "notice"\n');
  const env = { ...environment(place.env), GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'a@b' };
  env.PATH = `${dirname(program)}:${env.PATH}`;
  const run = (command) => execFileSync('sh', ['-c', command],
    { cwd: place.project, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  run('git init -q -b main && git commit -q --allow-empty -m Begin');
  const week = commands();
  assert.ok(week.length > 15);
  for (const { command, says } of week) {
    const printed = run(command);
    for (const each of says) assert.ok(printed.includes(each), `${command} says "${each}":\n${printed}`);
  }
});
