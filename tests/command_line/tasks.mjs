// What is to be done in a project: by hand, and from the plans of sessions.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { test } from '../clients/cases.mjs';
import { hostile } from '../process/hostile.mjs';
import { Place } from './place.mjs';

/// The files of the long memory in the store.
const files = ({ state }) => (existsSync(join(state, 'tine'))
  ? readdirSync(join(state, 'tine'), { recursive: true })
    .filter((name) => name.endsWith('project_state.json')).map((name) => join(state, 'tine', name))
  : []);
const titles = (tasks) => tasks.map(({ title, status }) => `${title}: ${status}`);

test('tasks: by hand, from the first to the last', async () => {
  const place = new Place();
  assert.equal(await place.says('tasks'), 'No tasks. `tine tasks add TITLE` makes one.\n');
  assert.deepEqual(files(place), []);
  const parser = (await place.says('tasks', 'add', 'Write the parser')).trim();
  const check = (await place.says('tasks', 'add', 'Test the parser', '--needs', 'write the PARSER',
    '--owner', 'ann', '--target', 'main')).trim();
  const ship = (await place.says('tasks', 'add', 'Ship it', '--needs', check)).trim();
  assert.equal(await place.says('tasks'),
    `ID         TASK              OWNER  NEEDS
${parser}  [ ]  Write the parser
${check}  [ ]  Test the parser   ann    ${parser}
${ship}  [ ]  Ship it                  ${check}
`);
  assert.equal(await place.says('tasks', '--graph', 'text'),
    `[ ] ${ship}  Ship it\n└── [ ] ${check}  Test the parser\n    └── [ ] ${parser}  Write the parser\n`);
  assert.equal(await place.says('tasks', 'list', '--graph', 'dot'), `digraph tasks {
  rankdir=LR;
  node [shape=box];
  "${parser}" [label="Write the parser"];
  "${check}" [label="Test the parser"];
  "${ship}" [label="Ship it"];
  "${parser}" -> "${check}";
  "${check}" -> "${ship}";
}
`);
  const { stderr } = await place.ends(2, 'tasks', 'link', parser, ship);
  assert.match(stderr, /that would be a circle: "Write the parser" needs "Ship it" needs "Test the parser" needs "Write the parser"/);

  assert.deepEqual(titles(await place.json('tasks', 'ready')), ['Write the parser: open']);
  await place.says('tasks', 'start', parser, '--owner', 'ben');
  await place.says('tasks', 'done', 'Write the parser');
  assert.deepEqual(titles(await place.json('tasks', 'ready')), ['Test the parser: open']);
  await place.says('tasks', 'unlink', ship, check);
  await place.says('tasks', 'drop', check);
  await place.says('tasks', 'done', ship);
  assert.equal(await place.says('tasks'),
    'Nothing is left to do: 3 tasks over. `tine tasks list --all` shows them.\n');
  await place.says('tasks', 'reopen', ship);
  assert.deepEqual(titles(await place.json('tasks', 'list', '--all')),
    ['Write the parser: done', 'Test the parser: dropped', 'Ship it: open']);
  const shown = await place.says('tasks', 'show', parser);
  assert.match(shown, /^title +Write the parser$/m);
  assert.match(shown, /^owner +ben$/m);
  assert.equal(await place.says('tasks', 'clear'), '2 tasks removed\n');
  assert.deepEqual(titles(await place.json('tasks', 'list', '--all')), ['Ship it: open']);
  assert.equal(statSync(files(place)[0]).mode & 0o77, 0);
});

test('tasks: what cannot be is refused, and changes nothing', async () => {
  const place = new Place();
  await place.says('tasks', 'add', 'one');
  const [file] = files(place);
  const before = readFileSync(file, 'utf8');
  for (const [args, says] of [
    [['add', '  '], /a task needs a title/],
    [['add', 'x'.repeat(513)], /at most 512 bytes/],
    [['add', 'two', '--needs', 'nothing like it'], /no task has this id or title/],
    [['link', 'one', 'one'], /that would be a circle: "one" needs "one"/],
    [['done', 'two'], /no task has this id or title[^]*tine tasks list --all/],
    [['show', 'two'], /no task has this id or title/],
    [['paint'], /'tine tasks' has no verb 'paint'/],
  ]) {
    const { stderr, stdout } = await place.ends(2, 'tasks', ...args);
    assert.match(stderr, says);
    assert.equal(stdout, '');
  }
  assert.equal(readFileSync(file, 'utf8'), before);
  writeFileSync(file, '{\n<<<<<<< ours\n');
  const { stderr } = await place.ends(1, 'tasks');
  assert.ok(stderr.includes(`${file}: line 2: something that is not JSON`), stderr);
});

test('tasks: a repository has one list, in its folders and its work trees', async () => {
  const place = new Place();
  const git = (...args) => execFileSync('git', args, { cwd: place.project, stdio: 'pipe',
    env: { PATH: process.env.PATH, HOME: place.config, GIT_CONFIG_NOSYSTEM: '1' } });
  git('init', '-q');
  git('-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '-q', '--allow-empty', '-m', 'first');
  git('worktree', 'add', '-q', join(place.state, 'side'));
  mkdirSync(join(place.project, 'src/deep'), { recursive: true });
  await place.says('tasks', 'add', 'one');
  for (const folder of [join(place.project, 'src/deep'), join(place.state, 'side')])
    assert.deepEqual(titles(await place.json('tasks', '--cwd', folder)), ['one: open'], folder);
  // A folder that says that it belongs to that repository, which does not know of it.
  mkdirSync(join(place.state, 'hostile'));
  writeFileSync(join(place.state, 'hostile/.git'), `gitdir: ${place.project}/.git/worktrees/side\n`);
  assert.deepEqual(await place.json('tasks', '--cwd', join(place.state, 'hostile')), []);
});

test('tasks: hostile titles do nothing to a terminal, and no secret is kept', async () => {
  const place = new Place();
  for (const [i, text] of hostile.entries())
    await place.says('tasks', 'add', `${i} ${text.replaceAll('\0', '')}`);
  const { stdout } = await place.ends(0, 'tasks');
  assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f]/);
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
  await place.says('tasks', 'add', `use ${secret}`);
  assert.ok(!readFileSync(files(place)[0], 'utf8').includes(secret));
});

const plan = '[[plan:Look around|Change it|Test it]]';

test('tasks: the plan of a session becomes tasks, in a project that keeps a memory', async () => {
  const place = new Place();
  place.configure('[memory]\nkeep = true\n');
  const { sessionId } = await place.json('run', plan);
  const tasks = await place.json('tasks', 'list', '--all');
  assert.deepEqual(titles(tasks), ['Look around: done', 'Change it: done', 'Test it: done']);
  for (const { owner, evidence, toldIn } of tasks)
    assert.deepEqual([owner, evidence, toldIn], ['rehearsal', [{ session: sessionId, turn: 1 }], [sessionId]]);
  // The same words in another session are another piece of work; a person's are the same.
  await place.says('tasks', 'add', 'look around');
  await place.says('run', plan);
  assert.deepEqual(titles(await place.json('tasks', 'list', '--all')),
    ['Look around: done', 'Change it: done', 'Test it: done', 'look around: done']);
});

test('tasks: off is off: no file is written', async () => {
  const place = new Place();
  await place.says('run', plan);
  assert.deepEqual(files(place), []);
});
