// Every verb as a person sees it on a terminal, and every kind of error.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { test } from '../clients/cases.mjs';
import { Place } from './place.mjs';
import { Screen } from './screen.mjs';

/// The kinds that the docs list, with what to do.
const kinds = [...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `(\w+)` \| -\d+ \|.*\| ([^|]+) \|$/gm)]
  .map(([, kind, hint]) => ({ kind, hint }));

/// Their exit codes; of all others 1.
const codes = {
  invalid_params: 2, config_invalid: 3, cancelled: 4, session_not_found: 6, session_ambiguous: 7,
  session_locked: 8, usage_limit: 9, rate_limited: 9, auth_required: 10, backend_not_installed: 11,
  backend_too_old: 11, timeout: 12, backend_gone: 13, backend_failed: 13, conversation_lost: 13,
  overloaded: 13, context_exceeded: 13, model_unavailable: 13, connection_failed: 13,
  depth_exceeded: 14, turn_interrupted: 15, memory_low: 16,
};
/// What is said of it; of a fault of tine's own also where the log is.
const told = ({ kind, hint }, place) => `tine: rehearsed: ${kind}\n      ${hint}` +
  `${kind === 'internal' ? ` It is in ${place.state}/tine/log/tine.log.` : ''}\n`;

test('each kind of error: an exit code, what happened and what to do, in JSON too', async () => {
  assert.equal(kinds.length, 38);
  const place = new Place();
  for (const each of kinds) {
    const code = codes[each.kind] ?? 1;
    const { stdout, stderr } = await place.ends(code, 'run', '--json', `[[fail:${each.kind}]]`);
    assert.equal(stderr, told(each, place));
    const { exit, error, stopReason } = JSON.parse(stdout);
    assert.deepEqual([exit, error.data.tine.kind, stopReason], [code, each.kind, null]);
    assert.ok(error.data.tine.hint.startsWith(each.hint), error.data.tine.hint);
  }
});

test('each kind of error on a terminal: the same words', async () => {
  const place = new Place();
  const screen = new Screen(place, { columns: 200, rows: 200 });
  const text = await screen.output(`for kind in ${kinds.map(({ kind }) => kind).join(' ')}; do ` +
    '"$TINE" run "[[fail:$kind]]"; echo "$?"; done');
  assert.equal(text, kinds.map((each) => `${told(each, place)}${codes[each.kind] ?? 1}\n`).join(''));
});

/// What differs from run to run, as words. Ids are numbered as they come.
class Masks {
  #ids = [];
  #tasks = [];
  constructor(place) { this.place = place; }

  /// The words as what they stand for.
  filled(text) { return text.replace(/\bID(\d)\b/g, (_, number) => this.#ids[number - 1]); }

  takeTask(id) { this.#tasks.push(id); }

  masked(text) {
    const { state, config, project } = this.place;
    const plain = text.replaceAll(`${state}/tine/${project.slice(1).replaceAll('/', '+')}`, '[folder]')
      .replaceAll(state, '[state]').replaceAll(config, '[config]').replaceAll(project, '[project]')
      .replace(/\b01[0-9A-Z]{24}\b/g, (id) => {
        if (!this.#ids.includes(id)) this.#ids.push(id);
        return `ID${this.#ids.indexOf(id) + 1}`;
      })
      .replace(/\b01[0-9A-Z]{8,23}\b/g, (short) => `[short ${this.#ids.findIndex((id) => id.startsWith(short)) + 1}]`)
      .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d\.\d{3}Z)?/g, '[time]')
      .replace(/just now|\d minutes? ago/g, '[ago]').replace(/\b[\d.]+ (B|KiB)\b/g, '[size]')
      .replace(/\b\d+\.\d s\b/g, '[seconds]').replace(/\b([0-9a-f]{40}|[0-9a-f]{12})\b/g, '[commit]')
      .replace(/^tine \d+\.\d+\.\d+$/gm, 'tine [version]');
    return this.#tasks.reduce((now, id, i) => now.replaceAll(id, `[task ${i + 1}]`), plain).replace(/ {2,}/g, '  ');
  }
}

/// Those that the golden text does not have, as they need keys or say much; where they are.
const elsewhere = {
  run: 'terminal.mjs', chat: 'chat.mjs', measure: 'measure.mjs', acp: '../process/descriptors.mjs',
  demo: '../process/verbs.mjs', config: '../process/verbs.mjs', backends: '../process/backends.mjs',
  completions: 'completions.mjs', mcp: '../clients/mcp.mjs', memory: 'memory.mjs', context: 'context.mjs',
};

/// The names of verbs in a help.
const verbsIn = (help) => [...help.slice(help.indexOf('Subcommands:')).split('\n\n')[0].matchAll(/^ {2}([a-z-]+) {2}/gm)].map(([, name]) => name);

test('each verb on a terminal, word for word', async () => {
  const place = new Place();
  const git = (...args) => execFileSync('git', ['-C', place.project, '-c', 'user.name=a', '-c', 'user.email=a@b',
    ...args], { stdio: 'pipe' });
  git('init', '-q', '-b', 'main');
  git('commit', '-q', '--allow-empty', '-m', 'begin');
  const masks = new Masks(place);
  masks.masked((await place.json('run', '--description', 'The title', '[[tool:read:Read a.c]] [[say:A needle]]')).sessionId);
  const screen = new Screen(place, { columns: 220, rows: 120 });
  const golden = readFileSync('tests/command_line/golden.txt', 'utf8');
  let seen = '';
  for (const [, command] of golden.matchAll(/^\$ (.*)\n/gm)) {
    const line = masks.filled(command).replace(/\btine /g, '"$TINE" ');
    const text = await screen.output(`${line} || echo "exit code $?"`);
    if (command.startsWith('tine tasks add')) masks.takeTask(text.trim());
    seen += `$ ${command}\n${masks.masked(text)}\n`;
  }
  assert.equal(seen, golden);
  // None is left out.
  for (const [above, names] of [['', verbsIn(await place.says('--help'))],
    ...await Promise.all(['session', 'tasks', 'trust'].map(async (each) =>
      [`${each} `, verbsIn(await place.says(each, '--help'))]))]) {
    assert.ok(names.length > 2, above);
    for (const name of names) {
      const shows = name in elsewhere ? readFileSync(join('tests/command_line', elsewhere[name]), 'utf8').includes(name) :
        new RegExp(`^\\$ (.*\\| )?tine ${above}${name}\\b`, 'm').test(golden);
      assert.ok(shows, `tine ${above}${name}`);
    }
  }
});
