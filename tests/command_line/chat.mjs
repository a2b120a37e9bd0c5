// `tine chat`: what a person sees and types on a terminal.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { program, running, test, until } from '../clients/cases.mjs';
import { Server } from '../clients/server.mjs';
import { acting } from '../process/actors.mjs';
import { hostile } from '../process/hostile.mjs';
import { Place } from './place.mjs';
import { Screen } from './screen.mjs';

const greeting = (backend = 'rehearsal') => `Chat with ${backend}, session ID.
Tab completes commands, \\ at the end of a line goes on below, Ctrl-C cancels, Ctrl-D leaves.
`;

/// What stands on the screen behind the command line; each id of a session as ID.
const shown = (text) => text.slice(text.indexOf('\n') + 1).replace(/01[0-9A-Z]{24}/g, 'ID').replace(/ +$/gm, '');

/// A chat on a screen of its own, at its first prompt.
async function chat(place, args = '', options = {}) {
  const screen = new Screen(place, { columns: 100, ...options });
  screen.run(`"$TINE" chat ${args}; echo "ended with $?"`);
  await screen.shows(/^> ?$/m);
  return screen;
}

/// The processes of the program itself: the terminal's have homes of ours, too.
const programs = () => running().filter((pid) => {
  try {
    return readlinkSync(`/proc/${pid}/exe`).startsWith(program);
  } catch {
    return false;
  }
});
/// The one that the terminal runs: it is no guardian.
const ofTerminal = () => programs().find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('\0chat'));

async function leave(screen) {
  screen.press('C-d');
  return screen.shows(/^ended with 0$/m);
}

test('chat: prompts, answers, tool calls and a plan; on leaving it says how to go on', async () => {
  const place = new Place();
  const screen = await chat(place);
  screen.run('hello');
  await screen.shows(/You said: hello\n\n> ?$/);
  screen.run('[[plan:look|fix]] [[tool:read:Read a.c]] [[say:# Title]] [[say:**done**]]');
  await screen.shows(/\*\*done\*\*\n\n> ?$/);
  assert.ok(screen.text(true).includes('\x1b[1m# Title'), screen.text(true));
  screen.run('  ');  // is no prompt
  const text = await leave(screen);
  assert.equal(shown(text), `${greeting()}
> hello
You said: hello

> [[plan:look|fix]] [[tool:read:Read a.c]] [[say:# Title]] [[say:**done**]]
[ ] look
[ ] fix
[>] look
[x] look
[>] fix
[x] fix
✓ Read a.c
# Title

**done**

>
> ^D
Go on with: tine chat ID
ended with 0
$`);
  const [session] = await place.sessions();
  assert.equal(session.turns, 2);
});

test('chat: a session in which nothing was said leaves nothing', async () => {
  const place = new Place();
  const text = await leave(await chat(place));
  assert.equal(shown(text), `${greeting()}\n> ^D\nended with 0\n$`);
  assert.deepEqual(await place.sessions(), []);
});

test('chat: lines that go on below, a line begun within, and pasted text are one prompt each', async () => {
  const place = new Place();
  const screen = await chat(place);
  screen.run('one\\');
  await screen.shows(/^\. ?$/m);
  screen.run('two');
  await screen.shows(/You said: one\ntwo\n\n> ?$/);
  screen.type('three');
  screen.press('M-Enter');
  screen.run('four');
  await screen.shows(/You said: three\nfour\n\n> ?$/);
  screen.paste('five\nsix\x1b[2J\x07\n');
  await screen.shows(/> five\nsix\[2J\n?$/);
  screen.press('Enter');
  await screen.shows(/You said: five\nsix\[2J\n\n*> ?$/);
  const long = Array.from({ length: 3000 }, (_, i) => `line ${i}`).join('\n');
  screen.type('look: ');
  screen.paste(long);
  await screen.shows(/^> look: \[pasted text 1: 3000 lines\]$/m);
  screen.press('Enter');
  await screen.shows(/line 2999\n\n> ?$/);
  await leave(screen);
  const [{ id }] = await place.sessions();
  const prompts = (await place.history(id)).filter(({ type }) => type === 'prompt')
    .map(({ data }) => data.content[0].text);
  assert.deepEqual(prompts, ['one\ntwo', 'three\nfour', 'five\nsix[2J\n', `look: ${long}`]);
});

test('chat: prompts are remembered for the project, without secrets, for the user alone', async () => {
  const place = new Place();
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
  const first = await chat(place);
  for (const prompt of ['remember me', `the key is ${secret}`, 'the last']) {
    first.run(prompt);
    await first.shows(new RegExp(`You said: ${prompt.slice(0, 8)}[^]*\n\n> ?$`));
  }
  await leave(first);
  const [file] = readdirSync(join(place.state, 'tine'), { recursive: true })
    .filter((name) => name.endsWith('chat_history')).map((name) => join(place.state, 'tine', name));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(readFileSync(file, 'utf8').replace(/«[^»]*»/, 'X'), '"remember me"\n"the key is X"\n"the last"\n');
  const second = await chat(place);
  second.press('Up', 'Up', 'Up');
  await second.shows(/^> remember me$/m);
  second.press('C-c');
  await second.shows(/^> remember me\^C *\n> ?$/m);
  second.press('C-r');
  second.type('the la');
  await second.shows(/the last/);
  second.press('Enter');
  await second.shows(/You said: the last\n\n> ?$/);
  await leave(second);
  // Nothing is kept of what is not to be kept.
  const before = readFileSync(file, 'utf8');
  const third = await chat(place, '--ephemeral');
  third.run('forget me');
  await third.shows(/You said: forget me/);
  const text = await leave(third);
  assert.doesNotMatch(text, /Go on with/);
  assert.equal(readFileSync(file, 'utf8'), before);
  // What is no history is put up with.
  writeFileSync(file, '{"a":1}\nnonsense\n"good"\n"cut');
  const fourth = await chat(place);
  fourth.press('Up');
  await fourth.shows(/^> good$/m);
  fourth.press('C-u');
  await leave(fourth);
});

test('chat: Tab completes the commands of the session, tine\'s and the backend\'s', async () => {
  const place = new Place();
  place.env.TINE_REHEARSAL_PREPARES = '1';
  const screen = await chat(place);
  screen.type('/ti');
  screen.press('Tab');
  await screen.shows(/^> \/tine-$/m);
  screen.press('Tab');
  await screen.shows(/^ {2}\/tine-fork {2}\/tine-seed {2}\/tine-tasks {2}\/tine-tree {2}\/tine-usage\n> \/tine-$/m);
  screen.type('u');
  screen.press('Tab', 'Enter');
  await screen.shows(/^> \/tine-usage *\nNothing has been said in this session yet/m);
  screen.type('/rec');
  screen.press('Tab');
  await screen.shows(/^> \/recite$/m);
  screen.press('C-u');
  await leave(screen);
});

test('chat: /tine-fork goes on in the fork, and says how to get back', async () => {
  const place = new Place();
  const screen = await chat(place, '', { columns: 160 });
  screen.run('The word is marmalade.');
  await screen.shows(/You said: The word is marmalade\.\n\n> ?$/);
  screen.run('/tine-fork? ');
  await screen.shows(/A fork on rehearsal would be tried so:/);
  screen.run('/tine-fork @9');
  await screen.shows(/^tine: .*\n[^]*> ?$/m);
  screen.run('/tine-fork [[recall]] and a word');
  const text = await screen.shows(/Forked native after turn \d\. The chat goes on in the fork, session (01\w+) with rehearsal\.\nBack to the session before: tine chat (01\w+)\n\nI was told:[^]*> ?$/);
  const [, child, parent] = text.match(/session (01\w+) with[^]*tine chat (01\w+)/);
  screen.run('here');
  await screen.shows(/You said: here\n\n> ?$/);
  // Nobody holds the parent any more.
  assert.equal((await place.json('reply', parent, '[[recall]]')).output.includes('here'), false);
  await leave(screen);
  const sessions = await place.json('session', 'list');
  assert.deepEqual(sessions.map(({ id }) => id).sort(), [parent, child].sort());
  assert.equal((await place.json('session', 'result', child)).output, 'You said: here');
});

test('chat: what the agent says between turns does not tear what is typed', async () => {
  const screen = await chat(new Place());
  screen.run('[[later:700:By the way: **this**.]] [[say:Done.]]');
  await screen.shows(/^Done\.\n\n> ?$/m);
  screen.type('half a li');
  await screen.shows(/^Done\.\n\nBy the way: \*\*this\*\*\.\n\n> half a li$/m);
  screen.run('ne');
  await screen.shows(/You said: half a line\n\n> ?$/);
  await leave(screen);
});

test('chat: a question is answered; what was typed before it was seen is no answer, but the next prompt', async () => {
  const place = new Place();
  const screen = await chat(place);
  screen.run('[[say:wait]] [[pause:1500]] [[ask:May I?]] [[say:well]]');
  await screen.shows(/^wait$/m);
  screen.run('1');
  screen.type('ahe');
  await screen.shows(/answer \[1-3\]: ?$/);
  screen.run('2');
  await screen.shows(/Allowed[^]*well[^]*You said: 1\n\n> ahe$/);
  screen.run('ad');
  await screen.shows(/You said: ahead\n\n> ?$/);
  await leave(screen);
});

test('chat: Ctrl-C cancels the turn, drops what is typed, and leaves when it comes twice', async () => {
  const place = new Place();
  const screen = await chat(place);
  for (const prompt of ['[[say:on it]] [[hang]]', '[[say:on it]] [[ask:May I?]] [[hang]]']) {
    screen.run(prompt);
    await screen.shows(prompt.includes('ask') ? /answer \[1-3\]: ?$/ : /^on it$/m);
    screen.press('C-c');
    await screen.shows(/The turn ended early: cancelled\n\n> ?$/);
    screen.press('C-l');
    await screen.shows(/^> ?$/);
  }
  screen.type('never mind');
  screen.press('C-c');
  await screen.shows(/^> never mind\^C *\n> ?$/m);
  // A terminal forgets with it what nobody has read yet, and be that the end of a pasted text.
  screen.type('\x1b[200~half a paste');
  screen.press('C-c');
  await screen.shows(/^Ctrl-C again[^\n]*\n> ?$/m);
  screen.run('hello');
  await screen.shows(/You said: hello\n\n> ?$/);
  screen.press('C-l');
  screen.run('one\\');
  await screen.shows(/^\. ?$/m);
  screen.press('C-c');
  await screen.shows(/^\. \^C *\n> ?$/m);
  screen.press('C-c');
  await screen.shows(/^Ctrl-C again, or Ctrl-D, leaves the chat\.\n> ?$/m);
  screen.press('C-c');
  await screen.shows(/^ended with 0$/m);
  const [{ id }] = await place.sessions();
  assert.equal((await place.json('reply', id, 'hello')).output, 'You said: hello');
});

test('chat: a turn that does not heed the first Ctrl-C does not hold up the second', async () => {
  const place = new Place();
  const screen = await chat(place);
  screen.run('[[say:on it]] [[stubborn:60000]]');
  await screen.shows(/^on it$/m);
  screen.press('C-c');
  screen.press('C-c');
  await screen.shows(/^ended with (130|5)$/m);
  await until('no process', () => programs().length === 0);
  assert.match(await place.says('session', 'verify', '--all'), / 0 damaged\n$/);
});

test('chat: a backend that is stopped holds up neither Ctrl-C, and is gone with the chat', async () => {
  for (const kind of ['claude', 'codex']) {
    const place = new Place();
    Object.assign(place.env, acting(kind, 'kill -STOP $$'));
    const isStopped = (pid) => {
      try {
        return /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      } catch {
        return false;
      }
    };
    const stopped = () => until('a stopped backend', () => running().find(isStopped));
    const screen = await chat(place);
    screen.run('hello');
    const first = await stopped();
    screen.press('C-c');
    // The turn is given up within a bound, and the chat goes on with another process.
    await screen.shows(/^tine: .*\n[^]*\n> ?$|The turn ended early: cancelled\n\n> ?$/m);
    await until('it to be gone', () => !isStopped(first));
    screen.run('once more');
    const second = await stopped();
    assert.notEqual(second, first);
    screen.press('C-c');
    screen.press('C-c');
    await screen.shows(/^ended with (130|5)$/m);
    await until('no process', () => programs().length === 0 && !running().some(isStopped));
    assert.match(await place.says('session', 'verify', '--all'), / 0 damaged\n$/);
  }
});

test('chat: a signal at any moment leaves a session that can be gone on with, a terminal as it was, and no process', async () => {
  for (const [moment, prompt, seen] of [
    ['at the prompt', '', /^> ?$/m], ['with half a line', 'half', /^> half$/m], ['in a turn', '[[say:on it]] [[hang]]\n', /^on it$/m],
    ['in a question', '[[ask:May I?]]\n', /answer \[1-3\]: ?$/], ['in a long answer', '[[slow:1000:5]] many words here\n', /You said|many/],
  ]) {
    for (const signal of ['TERM', 'HUP']) {
      const place = new Place();
      const { sessionId } = await place.json('run', 'begun');
      const screen = new Screen(place, { columns: 100 });
      screen.run(`before=$(stty -g); "$TINE" chat ${sessionId}; code=$?; [ "$before" = "$(stty -g)" ] && echo "ended with $code"`);
      await screen.shows(/^> ?$/m);
      if (prompt.endsWith('\n')) screen.run(prompt.trimEnd());
      else screen.type(prompt);
      await screen.shows(seen);
      process.kill(ofTerminal(), `SIG${signal}`);
      await screen.shows(new RegExp(`^ended with ${signal === 'HUP' ? 129 : 143}$`, 'm'))
        .catch((fault) => assert.fail(`${moment}, ${signal}: ${fault.message}`));
      await until('no process', () => programs().length === 0);
      assert.equal((await place.json('reply', sessionId, 'hello')).output, 'You said: hello', moment);
    }
  }
});

test('chat: killed at any moment it leaves a session that can be gone on with', async () => {
  for (const prompt of ['half', '[[say:on it]] [[hang]]\n']) {
    const place = new Place();
    const { sessionId } = await place.json('run', 'begun');
    const screen = await chat(place, sessionId);
    if (prompt.endsWith('\n')) screen.run(prompt.trimEnd());
    else screen.type(prompt);
    await screen.shows(prompt === 'half' ? /^> half$/m : /^on it$/m);
    process.kill(ofTerminal(), 'SIGKILL');
    await until('no process', () => programs().length === 0);
    assert.equal((await place.json('reply', sessionId, 'hello')).output, 'You said: hello');
  }
});

test('chat: a turn that fails, and a backend that has gone, do not end it', async () => {
  const screen = await chat(new Place());
  for (const kind of ['backend_gone', 'usage_limit']) {
    screen.run(`[[fail:${kind}]]`);
    await screen.shows(new RegExp(`^tine: rehearsed: ${kind}\n {6}.*\n\n> ?$`, 'm'));
    screen.run('still there?');
    await screen.shows(/You said: still there\?\n\n> ?$/);
  }
  screen.run('[[stop:max_tokens]]');
  await screen.shows(/^The turn ended early: max_tokens\n\n> ?$/m);
  await leave(screen);
});

test('chat: Ctrl-Z stops it, fg goes on with what was typed; another size of the terminal is minded', async () => {
  const place = new Place();
  const screen = new Screen(place, { columns: 80 });
  screen.run('bash --norc');
  screen.run('PS1="% "; "$TINE" chat');
  await screen.shows(/^> ?$/m);
  screen.type('half a line');
  await screen.shows(/^> half a line$/m);
  screen.press('C-z');
  await screen.shows(/Stopped[^]*\n% ?$/);
  screen.run('echo still $((1+1))');
  await screen.shows(/^still 2$/m);
  screen.run('fg');
  await screen.shows(/"\$TINE" chat\n> half a line$/);
  screen.resize(30, 20);
  screen.type(' that is longer than this terminal');
  await screen.shows(/^> half a line that is longer th\n?an this terminal$/m);
  screen.press('Enter');
  await screen.shows(/You said: half a line that is\n? ?longer/);
  screen.press('C-d');
  await screen.shows(/% ?$/);
});

test('chat: one that goes on in a session shows the last exchange, bounded', async () => {
  const place = new Place();
  const { sessionId } = await place.json('run', 'first');
  await place.json('reply', sessionId, `[[say:${'long words '.repeat(400)}and its end]] two\nlines`);
  const screen = await chat(place, '--last', { rows: 60 });
  const text = shown(screen.text());
  assert.match(text, /^The last exchange, (just now|1 minute ago):\n\n> \[\[say:long words [^]*… ?\n\n… [^]*and its end\n\nChat with rehearsal, session ID\.\n/);
  assert.ok(text.length < 5000, text);
  await leave(screen);
  const other = await chat(place, `${sessionId.slice(0, 20)}`);
  await leave(other);
});

test('chat: a session that is in use, concluded or not there is refused, with what to do', async () => {
  const place = new Place();
  const { server } = await Server.open({ env: place.env });
  const session = await server.newSession(place.project);
  server.request('session/prompt', { sessionId: session, prompt: [{ type: 'text', text: '[[say:on it]] [[hang]]' }] });
  await server.waitFor('an answer', ({ params }) => params?.update?.content?.text === 'on it');
  const screen = new Screen(place, { columns: 200 });
  const refused = async (args) => shown(`\n${await screen.output(`"$TINE" chat ${args}; echo "ended with $?"`)}`);
  assert.match(await refused(session), new RegExp(`^tine: Session locked by PID ${server.pid} on .* \\(a turn runs\\) since .*\n` +
    ' {6}Wait until it is done \\(tine wait ID\\), look at it \\(tine follow ID\\), or fork the session: tine chat --fork-from ID\\.\nended with 8\n$'));
  server.notify('session/cancel', { sessionId: session });
  await server.waitFor('the end', ({ result }) => result?.stopReason === 'cancelled');
  await place.ends(0, 'conclude', session);
  assert.equal(await refused(session), 'tine: the session is concluded\n' +
    '      Fork it to go on from where it ended: tine chat --fork-from ID.\nended with 1\n');
  assert.match(await refused('01ZZZZ'), /^tine: .*\n.*ended with 6\n$/s);
  assert.match(await refused('--last --ephemeral'), /exclude each other\n.*ended with 2\n$/s);
  assert.match(await refused(`${session} --session ${session}`), /exclude each other\n.*ended with 2\n$/s);
});

test('chat: another process may go on in the session between turns', async () => {
  const place = new Place();
  const screen = await chat(place);
  screen.run('one');
  await screen.shows(/You said: one\n\n> ?$/);
  const [{ id }] = await place.sessions();
  await until('the session to be free', async () => (await place.tine(['reply', id, 'two'])).code === 0);
  screen.run('[[recall]]');
  await screen.shows(/I was told:\n1\. one\n2\. two\n\n> ?$/);
  await leave(screen);
});

test('chat: on a terminal that cannot move its cursor, lines and answers all the same', async () => {
  const screen = await chat(new Place(), '', { terminal: 'dumb' });
  screen.run('one\\');
  await screen.shows(/^\. ?$/m);
  screen.run('[[ask:May I?]]');
  await screen.shows(/answer \[1-3\]: ?$/);
  screen.run('1');
  await screen.shows(/Allowed: once\n\n> ?$/);
  screen.run('[[say:on it]] [[hang]]');
  await screen.shows(/^on it$/m);
  screen.press('C-c');
  await screen.shows(/The turn ended early: cancelled\n\n> ?$/);
  assert.ok(!screen.text(true).includes('\x1b[7m'));
  await leave(screen);
});

test('chat: without a terminal it is refused, and names what scripts use', async () => {
  const place = new Place();
  const { stdout, stderr } = await place.ends(2, 'chat');
  assert.equal(stdout, '');
  assert.equal(stderr, 'tine: a chat needs a terminal\n' +
    '      Without one: tine run "…" begins a session, tine reply ID "…" goes on in it.\n');
  const screen = new Screen(place, { columns: 120 });
  for (const redirection of ['< /dev/null', '> file', '2> file'])
    assert.match(await screen.output(`"$TINE" chat ${redirection}; echo "ended with $?"`), /ended with 2\n$/);
});

/// A place whose backend is an agent that says such texts.
function rude(texts) {
  const place = new Place();
  writeFileSync(join(place.project, 'texts.json'), JSON.stringify(texts));
  place.configure(`[backends.rude]\nkind = "acp"\ncommand = ["${process.execPath}", ` +
    `"${resolve('tests/command_line/rude_agent.mjs')}", "${join(place.project, 'texts.json')}"]\n`);
  return place;
}

test('chat: a backend that dies in a turn is started anew with the next prompt', async () => {
  const screen = await chat(rude(['well', ' said']));
  screen.run('die');
  await screen.shows(/^tine: .*\n {6}Prompt again: the backend is started anew and the session goes on\.\n\n> ?$/m);
  screen.run('once more');
  await screen.shows(/answer \[1-2\]: ?$/);
  screen.run('1');
  await screen.shows(/well said\n\n> ?$/);
  await leave(screen);
});

test('chat: hostile texts in answers, titles, file names, questions, commands and errors change nothing', async () => {
  const place = rude(hostile);
  const screen = new Screen(place, { columns: 200, rows: 60 });
  const facts = () => [...['pane_title', 'window_name', 'alternate_on', 'scroll_region_upper', 'scroll_region_lower',
    'cursor_flag', 'insert_flag', 'origin_flag'].map((name) => [name, screen.fact(name)]), screen.buffers()];
  const before = facts();
  screen.run('"$TINE" chat; echo "ended with $?"');
  await screen.shows(/^> ?$/m);
  for (const prompt of ['hello', 'fail']) {
    screen.run(prompt);
    await screen.shows(/answer \[1-2\]: ?$/);
    assert.deepEqual(facts(), before);
    screen.run('2');
    await screen.shows(prompt === 'fail' ? /^tine: .*\n[^]*\n> ?$/m : /\n\n> ?$/);
    assert.deepEqual(facts(), before);
  }
  screen.type('/');
  screen.press('Tab');
  const offered = await screen.shows(/\/good[^]*> \/$/);
  assert.match(offered, / {2}\/good {2}\/tine-fork {2}\/tine-seed {2}\/tine-tasks {2}\/tine-tree {2}\/tine-usage {2}/);
  assert.doesNotMatch(offered.split('\n').at(-2), /[\p{Cf}\p{Cc}]|written|txt/u);
  assert.deepEqual(facts(), before);
  screen.press('C-u');
  await leave(screen);
  // The last exchange.
  screen.run('"$TINE" chat --last; echo "over with $?"');
  await screen.shows(/The last exchange[^]*\n> ?$/);
  assert.deepEqual(facts(), before);
  screen.press('C-d');
  await screen.shows(/^over with 0$/m);
});
