// Runs every benchmark and writes docs/benchmarks.md.
//
// A benchmark is a tests/bench/*.bench.mjs whose default export takes a function for progress notes
// and gives a Markdown section, or a program *_bench of the build whose output is shown as it is.
// TINE is the program; its build is where the others are looked for.

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
const scripts = readdirSync(here).filter((name) => name.endsWith('.bench.mjs')).sort();
const sections = [];
for (const file of [...scripts.map((name) => join(here, name)),
  ...files(dirname(process.env.TINE), '_bench')]) {
  sections.push(await section(file));
}

const version = execFileSync(process.env.TINE, ['--version'], { encoding: 'utf8' }).trim();
const text = `# Benchmarks

Measured by \`./run bench\`, which rewrites this page; it takes about three minutes and wants a
machine that does nothing else. All that stands side by side was measured in one run. Times depend
on the machine; compare the ratios.

${version}, on ${machine(load)}

${sections.join('\n\n')}
`;
writeFileSync(join(root, 'docs/benchmarks.md'), text);
console.log(text);
note('written to docs/benchmarks.md');
