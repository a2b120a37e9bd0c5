// usage: node run.mjs [NAME...]: runs every benchmark and writes docs/benchmarks.md after each; what
// could not be measured is listed there. With names it runs those whose files' names contain one, and
// only prints.
//
// A benchmark is a tests/bench/*.bench.mjs whose default export takes a function for progress notes
// and gives a Markdown section, or a program *_bench of the build whose output is shown as it is.
// TINE is the program; its build is where the others are looked for.

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { attempt, missing } from './figures.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const note = (text) => process.stderr.write(`bench: ${text}\n`);

const files = (folder, ending) => readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
  .map((entry) => join(entry.parentPath, entry.name)).sort();

function machine(load) {
  const [{ model }] = cpus();
  const system = /^PRETTY_NAME="(.*)"/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const kernel = release().split('.').slice(0, 2).join('.');
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${model.trim()}), ${memory} GB of memory, ${system},\n`
    + `Linux ${kernel}. The load before the run was ${load.toFixed(1)}.`;
}

async function section(file) {
  note(basename(file));
  if (file.endsWith('.mjs')) return (await import(file)).default(note);
  const { status, stdout } = spawnSync(file, { encoding: 'utf8', stdio: ['ignore', 'pipe', 2] });
  if (status !== 0) throw new Error(`${basename(file)} failed`);
  return `## ${basename(file)}\n\n\`\`\`\n${stdout.trimEnd()}\n\`\`\``;
}

const [load] = loadavg();
if (load > 0.5) note(`the machine is busy (load ${load.toFixed(1)}): the figures will be poor`);
const version = execFileSync(process.env.TINE, ['--version'], { encoding: 'utf8' }).trim();

function page(sections, left) {
  const gaps = [...missing, ...left.map((file) => `${basename(file)}: not yet run`)];
  const tail = gaps.length > 0 ? ['## Not measured', gaps.map((gap) => `- ${gap}`).join('\n')] : [];
  return `# Benchmarks

Measured by \`./run bench\`, which rewrites this page; it takes a few minutes and wants a
machine that does nothing else. All that stands side by side was measured in one run. Times depend
on the machine; compare the ratios.

${version}, on ${machine(load)}

${[...sections, ...tail].join('\n\n')}
`;
}

const names = process.argv.slice(2);
const scripts = readdirSync(here).filter((name) => name.endsWith('.bench.mjs')).sort();
const left = [...scripts.map((name) => join(here, name)),
  ...files(dirname(process.env.TINE), '_bench')]
  .filter((file) => names.length === 0 || names.some((name) => basename(file).includes(name)));
const sections = [];
while (left.length > 0) {
  const file = left.shift();
  const done = await attempt(basename(file), () => section(file), note);
  if (done) sections.push(done);
  if (names.length === 0) writeFileSync(join(root, 'docs/benchmarks.md'), page(sections, left));
}
console.log(page(sections, left));
if (names.length === 0) note('written to docs/benchmarks.md');
if (missing.length > 0) note(`${missing.length} not measured`);
