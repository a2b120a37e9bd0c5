// What the kernel tells of processes. One that goes while it is looked at counts as nothing.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

function unlessGone(look, otherwise) {
  try {
    return look();
  } catch (fault) {
    if (fault.code === 'ENOENT' || fault.code === 'ESRCH') return otherwise;
    throw fault;
  }
}

/// Some processes and all below them.
export function tree(...roots) {
  const children = new Map();
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).map(Number)) {
    const stat = unlessGone(() => readFileSync(`/proc/${pid}/stat`, 'latin1'), undefined);
    if (!stat) continue;
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const all = [...roots];
  for (const pid of all) all.push(...(children.get(pid) ?? []));
  return all;
}

/// The path of its program; empty when it has gone.
export const programOf = (pid) => unlessGone(() => readlinkSync(`/proc/${pid}/exe`), '');

/// Its share of what it shares with others.
export const memoryKb = (pid) => unlessGone(() =>
  Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0), 0);

/// Nanoseconds on a processor, of all its threads.
export const cpuNs = (pid) => unlessGone(() => readdirSync(`/proc/${pid}/task`), [])
  .map((task) => unlessGone(() =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ')[0]), 0))
  .reduce((sum, ns) => sum + ns, 0);

export const total = (pids, of) => pids.map(of).reduce((sum, each) => sum + each, 0);
