// Leaves out one line after the other of what scenarios expect: of some fixture other things must be
// found then. So each line does something, and is seen to.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { test } from '../clients/cases.mjs';
import { all, folder, linesOf, play, scenariosOf } from './fixture.mjs';

/// Lines that no fixture shows to do anything, maybe of one scenario, and why they stay.
const kept = {
  '<- 1 = object': 'an agent that does not answer it is not judged: that is a test of its own',
  '== a command of a turn does not outlive the agent: exit any':
    'it forgives a status of which another requirement is',
};

/// The lines of a scenario with those of shared files in their place, each with the name of its file.
export const expand = (lines, shared = '') => lines.flatMap((text) => {
  const name = /^use (\w+)$/.exec(text)?.[1];
  if (name === undefined) return [{ text, shared }];
  return expand(linesOf(readFileSync(join(folder, 'shared', `${name}.txt`), 'utf8')), name);
});

const anyAnswer = (id) => `<- {"id":${id},"method":absent}`;

/// The names that a line learns and a later one needs.
const learns = (texts, index) => {
  const later = texts.slice(index + 1).join('\n');
  return (texts[index].match(/\$[A-Z]+/g) ?? []).some((name) =>
    !texts.slice(0, index).join('\n').includes(name) &&
    (later.includes(name) || (name === '$S' && / prompt |says|update/.test(later))));
};

/// The scenario with less in the line of this index, in each way; none: the line expects nothing, or
/// the rest cannot be played without it.
export const without = (texts, index) => {
  const line = texts[index];
  const instead = (...now) => {
    const before = texts.slice(0, index);
    // What must not come before it belongs to it.
    if (now.length === 0 && /^\.\.\. not /.test(before.at(-1) ?? '')) before.splice(-1, 1, '...');
    return [...before, ...now, ...texts.slice(index + 1)];
  };
  if (/^\.\.\. not /.test(line)) return [instead('...')];
  if (/^(<\? |full$)/.test(line)) return [instead()];
  if (!/^(<-|<\*|exit )/.test(line) || learns(texts, index)) return [];
  const answered = /^<- (-?\d+|"[^"]*") [=!]/.exec(line)?.[1] ?? /^<- \{"id":(\d+),/.exec(line)?.[1];
  return answered === undefined ? [instead()] : [instead(anyAnswer(answered)), instead()];
};

/// Agents that fail, if anything does, at an answer: the request has an error for one, or none.
const brokenAnswers = (texts, index) => {
  const id = /^<[-*?] (?:\{"id":)?(-?\d+|"[^"]*")/.exec(texts[index])?.[1];
  if (id === undefined) return [];
  const sent = texts.slice(0, index);
  const process = sent.slice(sent.lastIndexOf('restart') + 1);
  const methodOf = (text) => /^-> (?:"[^"]*"|\S+) ([a-z_]+(?:\/\w+)?)\b/.exec(text)?.[1]
    ?.replace(/^prompt$/, 'session/prompt') ?? /"method":"([^"]+)"/.exec(text)?.[1];
  const asked = process.findLastIndex((text) =>
    text.startsWith(`-> ${id} `) || (/^[-=]> /.test(text) && text.includes(`"id":${id},`)));
  const method = asked < 0 ? '_acp_conform/nothing' : methodOf(process[asked]);
  if (method === 'initialize') return [];  // an agent that does not answer it is not judged
  const times = process.slice(0, asked + 1).filter((text) => methodOf(text) === method).length;
  const again = process.length < sent.length ? 'again:' : '';
  return ['refuses', 'spoils', 'mute'].map((fault) =>
    [`${again}${fault}:${method}:${Math.max(times, 1)}`]);
};

/// What was found, but for what differs from run to run: of each requirement its verdict, the line and
/// how the reason begins.
const found = async (scenario, texts, broken, options) => {
  const { requirements } = await play(scenario, texts, broken, options);
  return requirements.map(({ id, verdict, evidence }) => {
    const { step = '', reason = '' } = evidence[0] ?? {};
    return { id, verdict, line: step.split(': ').slice(1).join(': '),
      reason: reason.split(/[:;\n]/)[0].replace(/\/\S*|\d+/g, '') };
  });
};

const talk = ['long', 'tool', 'plan', 'ask', 'read', 'write', 'run', 'input', 'flood', 'sleep']
  .flatMap((name) => ['--prompt', `${name}=[[say:pong]]`]);

/// Whether of some agent other things are found by `less` than by `whole`, where the line of this index
/// is another one. An agent is what it is broken in, and options of the tool.
const differ = async (scenario, whole, less, agents, index = 0) => {
  for (const [broken, options = []] of agents) {
    const [one, other] = await Promise.all([found(scenario, whole, broken, options),
      found(scenario, less, broken, options)]);
    for (const each of other) if (each.line === less[index]) each.line = whole[index];
    if (!isDeepStrictEqual(one, other)) return true;
  }
  return false;
};

/// Whether the tool says of one of these agents that it fails at this line.
const failAt = async (scenario, texts, index, agents) => {
  for (const [broken, options = []] of agents) {
    const one = await found(scenario, texts, broken, options);
    if (one.some(({ line }) => line === texts[index])) return true;
  }
  return false;
};

async function isUseful(scenario, texts, index) {
  const base = texts.some((text) => text.startsWith('needs:') && text.includes('!loadSession'))
    ? ['without:loadSession'] : [];
  const agents = [
    ...scenario.ids.flatMap((id) => [[id], [id, 'replays:user'], [id, 'replays:agent']]),
    ...brokenAnswers(texts, index), ['replays:user'], ['replays:agent'], ['late'], ['hurries'], ['stays'],
    ['without:modes'], ['without:configOptions'], [],
  ].map((broken) => [[...base, ...broken]]);
  agents.push([base, talk]);
  const ways = without(texts, index);
  if (ways.length === 0) return failAt(scenario, texts, index, agents);
  for (const less of ways) if (await differ(scenario, texts, less, agents, index)) return true;
  return false;
}

/// An agent without a capability is not judged by what is about it, and is without the line.
async function needsAreUseful(scenario, texts, index) {
  const useless = [];
  const names = texts[index].slice('needs:'.length).trim().split(' ');
  for (const name of names) {
    const lacking = names.filter((each) => each.startsWith('!')).map((each) => `without:${each.slice(1)}`);
    const broken = name.startsWith('!') ? [] : [...lacking, `without:${name.split('.').at(-1)}`];
    const rest = names.filter((each) => each !== name);
    const line = rest.length > 0 ? [`needs: ${rest.join(' ')}`] : [];
    const less = [...texts.slice(0, index), ...line, ...texts.slice(index + 1)];
    if (!await differ(scenario, texts, less, [[broken]])) useless.push(name);
  }
  return useless;
}

/// Shared lines are left out in the first scenario that has them, but for those that judge.
const isDue = (done, { text, shared }) => {
  if (shared === '' || shared === 'works') return true;
  const name = `${shared}: ${text}`;
  return !done.has(name) && done.add(name) !== undefined;
};

export function leaveOutLines(file) {
  test(`each line of ${file} that expects something is missed when it is left out`, async () => {
    const useless = [];
    const tasks = [];
    const done = new Set();
    for (const scenario of scenariosOf(file)) {
      const lines = expand(scenario.lines);
      const texts = lines.map(({ text }) => text);
      lines.forEach((line, index) => {
        if (kept[line.text] ?? kept[`${texts[0]}: ${line.text}`]) return;
        if (!isDue(done, line)) return;
        const complain = (what) => useless.push(`${texts[0]}: ${what}`);
        if (line.text.startsWith('needs:')) {
          tasks.push(async () =>
            (await needsAreUseful(scenario, texts, index)).forEach((name) => complain(`needs: ${name}`)));
        } else if (/^(<[-*?] |\.\.\. not |exit |full$)/.test(line.text)) {
          tasks.push(async () => {
            if (!await isUseful(scenario, texts, index)) complain(line.text);
          });
        }
      });
    }
    await all(tasks);
    assert.deepEqual(useless, []);
  });
}
