// Stands between the terminal that the program opens and the one in which a backend's own program
// runs, and says which of the keys arrive there: `node keyboard.mjs WHICH RECEIVED COMMAND...`. What
// arrives is kept in the file RECEIVED.
//
//   all      every one: what is typed, and what the terminal answers
//   silent   only what is typed: no question of the program is answered
//   deaf     none
//   itself   none of the terminal's: it leaves by itself once the fork has been there for ten looks, as
//            Codex's is found by the file that it has open, and by nothing once it has gone

import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [which, received, ...command] = process.argv.slice(2);
const ctrlC = '\x03';
const quoted = (word) => `'${word.replaceAll("'", "'\\''")}'`;

process.stdin.setRawMode(true);
writeFileSync(received, '');
const inner = spawn('script', ['--quiet', '--return', '--flush', '--command',
  `stty rows 40 cols 120; exec ${command.map(quoted).join(' ')}`, '/dev/null'],
{ stdio: ['pipe', 'inherit', 'inherit'] });
inner.stdin.on('error', () => {});
inner.on('exit', (code) => process.exit(code ?? 1));

const arrives = {
  all: (keys) => keys,
  silent: (keys) => [...keys].filter((key) => key === ctrlC).join(''),
  deaf: () => '',
  itself: () => '',
}[which];
process.stdin.setEncoding('latin1').on('data', (keys) => type(arrives(keys)));

function type(keys) {
  appendFileSync(received, keys, 'latin1');
  inner.stdin.write(keys, 'latin1');
}

/// The files in which Codex and Claude Code keep conversations.
function conversations() {
  const { HOME, CLAUDE_CONFIG_DIR } = process.env;
  return [join(HOME, '.codex/sessions'), `${CLAUDE_CONFIG_DIR}/projects`].filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)))
    .filter((name) => name.endsWith('.jsonl'));
}

if (which === 'itself') {
  const before = new Set(conversations());
  const isForked = (file) => /"forked_from_id"|"command":"rename"/.test(readFileSync(file, 'utf8'));
  let seen = 0;
  setInterval(() => {
    if (conversations().some((file) => !before.has(file) && isForked(file)) && ++seen >= 10) type(ctrlC);
  }, 100);
}
