// docs/requirements.md, made of conformance/requirements.toml and the scenarios.
// usage: node tests/conformance/requirements_page.mjs > docs/requirements.md

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const areas = {
  INIT: 'The handshake: the version, and what each side can do.',
  AUTH: 'Logins.',
  SESSION: 'Making sessions.',
  ADDDIRS: 'Further directories of a session.',
  MCP: 'Servers of tools that the client names.',
  LOAD: 'Opening a session of the past, with its conversation replayed.',
  RESUME: 'Opening a session of the past without a replay.',
  CLOSE: 'Closing a session.',
  LIST: 'Lists of sessions.',
  DELETE: 'Deleting sessions.',
  CONTENT: 'What every prompt may have in it.',
  PROMPTCAP: 'What a prompt may have in it if the agent announces it.',
  PROMPT: 'Turns: prompts, updates and responses.',
  CANCEL: 'Cancelling a turn or a request.',
  TOOL: 'Tool calls, and questions for permission.',
  PLAN: 'Plans.',
  FS: 'Files of the client.',
  TERM: 'Terminals of the client.',
  CONFIG: 'Options of a session.',
  MODES: 'Modes of a session.',
  ELIC: 'Questions to the person.',
  EXT: 'What the protocol does not know.',
  META: '`_meta`.',
  PATH: 'Paths.',
  STDIO: 'Lines on stdin and stdout.',
  SCHEMA: 'The schema.',
  RPC: 'Requests, responses and ids.',
  ERROR: 'Errors.',
  ROBUST: 'Broken, large and cut input. Ours.',
  END: 'How the process ends. Ours.',
  FORK: 'Forks of sessions, which are not stable yet. Ours.',
  USAGE: 'Counts of tokens. Ours.',
  SECRETS: 'What an agent keeps of a secret. Ours.',
  PERF: 'Time and memory. Ours.',
  CLIENT: 'What a client does. Ours.',
};

/// The titles of the scenarios that test a requirement, by its id.
function scenarios(folder) {
  const titles = {};
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.txt')).sort()) {
    let title = '';
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      if (line.startsWith('== ')) title = line.slice(3);
      if (!line.startsWith('tests: ')) continue;
      for (const id of line.slice(7).split(/[, ]+/)) (titles[id] ??= []).push(`${title} (${name})`);
    }
  }
  return titles;
}

const member = (text, name) => new RegExp(`^${name} = "(.*)"$`, 'm').exec(text)?.[1] ?? '';

function tierOf(text) {
  const level = member(text, 'level');
  const usual = level.startsWith('MUST') ? 'MANDATORY'
    : level.startsWith('SHOULD') ? 'ADVISORY' : 'INFORMATIONAL';
  return member(text, 'tier') || usual;
}

function lines(id, text, titles) {
  const page = member(text, 'page');
  const out = [`**${id}** (${tierOf(text)}) ${member(text, 'level')}: ${member(text, 'says')}`];
  if (page) out.push(`[Read it](https://agentclientprotocol.com/protocol/v1/${page}).`);
  if (/^watched = true$/m.test(text)) out.push('Judged by every message.');
  const untested = member(text, 'untested');
  if (untested) out.push(`Not tested: ${untested}`);
  if (titles[id]) out.push(`Tested by: ${titles[id].join('; ')}.`);
  return `- ${out.join('\n  ')}`;
}

export function page() {
  const [head, ...all] = readFileSync('conformance/requirements.toml', 'utf8').split(/^\[/m);
  const titles = scenarios('conformance/scenarios');
  const byArea = {};
  for (const text of all) {
    const id = text.slice(0, text.indexOf(']'));
    (byArea[id.split('-')[1]] ??= []).push(lines(id, text, titles));
  }
  const sections = Object.entries(byArea).map(([area, entries]) => {
    if (!areas[area]) throw new Error(`tests/conformance/requirements_page.mjs does not know ${area}`);
    return `## ${area}\n\n${areas[area]}\n\n${entries.join('\n')}\n`;
  });
  return `# The requirements of acp-conform

What each id of [\`acp-conform\`](conformance.md) means. Those with a page are sentences of the protocol with MUST, MUST NOT,
SHOULD or SHOULD NOT, in our words, of revision \`${member(head, 'revision')}\`; the others are ours.
[Tiers](conformance-kit.md#tiers) say how much hangs on one. An id never changes its meaning. This page is made by
\`node tests/conformance/requirements_page.mjs > docs/requirements.md\`.

${sections.join('\n')}`;
}

if (resolve(process.argv[1]) === fileURLToPath(import.meta.url)) process.stdout.write(page());
