// docs/orchestrating.md: every block of it runs as it stands.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { directory, program, test } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';
import { Place } from './place.mjs';

const blocks = [...readFileSync('docs/orchestrating.md', 'utf8')
  .matchAll(/^## (.*)\n(?:(?!^## )[^])*?^```(sh|python|ts)\n([^]*?)^```$/gm)]
  .map(([, title, language, code]) => ({ title, language, code }));
assert.ok(blocks.length >= 8, `${blocks.length}`);

/// The commands that a reader is taken to have.
const bin = directory('bin');
symlinkSync(program, join(bin, 'tine'));
const node = process.execPath;
const files = { sh: 'block.sh', python: 'block.py', ts: 'block.ts' };
const commands = {
  sh: (file) => ['/bin/bash', '-euo', 'pipefail', file],
  python: (file) => ['/usr/bin/env', 'python3', file],
  ts: (file) => [node, '--experimental-strip-types', '--no-warnings', file],
};
const expected = {
  'Delegate, then reply': /You said: Which edge cases[^]*You said: Suggest a fix/,
  'What went wrong': /^$/,
  'Several at a time': /You said: Which of them matters most/,
  'A second opinion': /You said: What is wrong with the design/,
  'Fan out, then choose': /\d+ tokens, \d+ from the cache\n[^]*You said: Now write it/,
  'Close with a summary': /You said: Which of the next steps comes first/,
  'From Python': /You said: Which patterns[^]*You said: Which one would you drop/,
  'A prompt that runs once':
    /^You said: Which patterns[^]*\nagain: You said: Which patterns[^]*\nthe same: True True\n$/,
  'From TypeScript': /You said: Which patterns/,
};

for (const { title, language, code } of blocks) {
  test(`docs: orchestrating.md, ${title}`, async () => {
    const place = new Place();
    if (language === 'ts') {
      mkdirSync(join(place.project, 'node_modules'));
      symlinkSync(resolve('tests/clients/node_modules/@agentclientprotocol'),
        join(place.project, 'node_modules/@agentclientprotocol'));
    }
    const file = join(place.project, files[language]);
    writeFileSync(file, code);
    const [command, ...args] = commands[language](file);
    const { code: status, stdout, stderr } = await runProgram(args,
      { command, cwd: place.project, env: { ...place.env, PATH: `${bin}:${process.env.PATH}` } });
    assert.equal(status, 0, stderr + stdout);
    assert.match(stdout, expected[title]);
  });
}
