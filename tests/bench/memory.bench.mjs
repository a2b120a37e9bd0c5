// What the memory of a project costs a turn: processor time of the program and of what it starts, and
// how long a prompt waits for its answer.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory } from '../clients/cases.mjs';
import { Server } from '../clients/server.mjs';
import { attempt, digits, middle } from './figures.mjs';

const rounds = 5;
const turns = 400;
const tick = 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const settings = {
  off: '',
  keep: '[memory]\nkeep = true\n',
  drift: '[memory]\nkeep = true\ndrift = "notice"\n',
};

/// Milliseconds of processor time: of the process, and of the children that it has waited for.
function processorTime(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').map(Number);
  return { own: tick * (fields[11] + fields[12]), children: tick * (fields[13] + fields[14]) };
}

async function play(configuration) {
  const home = directory('home');
  const project = directory('project');
  execFileSync('git', ['-C', project, 'init', '-q', '-b', 'main']);
  execFileSync('git', ['-C', project, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q',
    '--allow-empty', '-m', 'begin']);
  mkdirSync(join(home, 'config/tine'), { recursive: true });
  writeFileSync(join(home, 'config/tine/config.toml'), `default_backend = "rehearsal"\n${configuration}`,
    { mode: 0o600 });
  const server = new Server({ cwd: project, judged: 0,
    env: { HOME: home, XDG_CONFIG_HOME: join(home, 'config'), XDG_STATE_HOME: join(home, 'state') } });
  await server.initialize();
  const session = await server.newSession(project);
  await server.prompt(session, 'begin');
  const before = processorTime(server.pid);
  const waits = [];
  for (let turn = 0; turn < turns; ++turn) {
    const begin = process.hrtime.bigint();
    await server.prompt(session, `[[plan:Look around ${turn % 50}|Change it]] [[say:It is done.]] turn ${turn}`);
    waits.push(Number(process.hrtime.bigint() - begin) / 1e6);
  }
  const after = processorTime(server.pid);
  server.stdin.end();
  await server.exited;
  waits.sort((a, b) => a - b);
  return { own: (after.own - before.own) / turns, children: (after.children - before.children) / turns,
    wait: waits[turns / 2] };
}

const ms = (value) => `${digits(value)} ms`;

export default async function measure(note) {
  const samples = { off: [], keep: [], drift: [] };
  for (let round = 0; round < rounds; ++round) {
    note(`round ${round + 1} of ${rounds}`);
    for (const [name, configuration] of Object.entries(settings))
      samples[name].push(await attempt(`${name}, round ${round + 1}`, () => play(configuration), note));
  }
  const row = (text, key) => `| ${text} | ${Object.keys(settings).map((name) =>
    middle(samples[name].map((each) => each?.[key]), ms)).join(' | ')} |`;
  return `## The memory of a project

| of a turn | off | \`memory.keep\` | … and \`memory.drift\` |
|---|---:|---:|---:|
${row('processor time of tine', 'own')}
${row('… of the git that it asks', 'children')}
${row('the prompt waits for its answer', 'wait')}

Each cell is the median of ${rounds} rounds of ${turns} turns, each with a plan of two steps, in a git repository that does
not move. With \`off\` git is asked, too: a turn's record says whether the work tree had changed.`;
}
