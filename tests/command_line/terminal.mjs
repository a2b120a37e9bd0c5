// What a person sees on a terminal.

import assert from 'node:assert/strict';

import { test } from '../clients/cases.mjs';
import { hostile } from '../process/hostile.mjs';
import { Place } from './place.mjs';
import { Screen } from './screen.mjs';

/// What a command line and its end leave on the screen, without the shell's prompts.
const between = (text) => text.slice(text.indexOf('\n') + 1).replace(/\n\$$/, '');

test('run on a terminal: the answer, tool calls, the plan, and a question that is answered', async () => {
  const screen = new Screen(new Place(), { columns: 200 });
  screen.run(`"$TINE" run '[[plan:look|fix]] [[say:# Title]] [[tool:read:Read a.c]] [[ask:May I?]] [[say:**done**]]'`);
  await screen.shows(/answer \[1-3\]:$/);
  screen.run('7');  // is no answer
  await screen.shows(/answer \[1-3\]: 7\n {2}answer \[1-3\]:$/);
  screen.run('1');
  const text = await screen.shows(/done\*\*\n\$$/);
  assert.equal(between(text), `[ ] look
[ ] fix
[>] look
[x] look
[>] fix
[x] fix
# Title
✓ Read a.c
The agent asks: May I? (other)
  What the answers mean:
  - Allow once
  - Allow always: Allow for the rest of this turn
  - Reject once: Reject
  1  Allow once
  2  Allow for the rest of this turn
  3  Reject
  answer [1-3]: 7
  answer [1-3]: 1
✓ May I?

Allowed: once

**done**`);
  const coloured = screen.text(true);
  assert.ok(coloured.includes('\x1b[1m# Title') && coloured.includes('\x1b[1m**done**'), coloured);
});

test('run on a terminal: a line at the bottom says what is going on, and goes', async () => {
  const screen = new Screen(new Place(), { columns: 60 });
  screen.run(`"$TINE" run '[[say:well]] [[open:A long title that does not fit on a line of this terminal, whatever]] [[pause:3000]] [[say:done]]'`);
  const during = await screen.shows(/well\nA long title that does not fit on a line of this terminal.{1,2}$/);
  assert.ok(during.split('\n').at(-1).length <= 59, during);
  const after = await screen.shows(/done\n\$$/);
  assert.doesNotMatch(after, /\nA long title/);
});

test('run on a terminal: Ctrl-C cancels the turn, and the session can be gone on with', async () => {
  const place = new Place();
  const screen = new Screen(place);
  screen.run(`"$TINE" run '[[say:well]] [[hang]]'; echo "ended with $?"`);
  await screen.shows(/^well$/m);
  screen.press('C-c');
  await screen.shows(/ended with 130/);
  const [{ id }] = await place.sessions();
  assert.equal((await place.json('reply', id, 'hello')).output, 'You said: hello');
});

test('on a terminal hostile texts in answers, titles, questions and errors change nothing', async () => {
  const place = new Place();
  const all = hostile.map((text) => text.replaceAll('\0', '')).join(' ');
  Object.assign(place.env, {
    DO: `[[tool:execute:${all}]] [[plan:${all}]] [[say:${all}]] [[title:${all}]] [[pause:2500]] [[fail:${all}]]`,
    ASK: `[[ask:${all}]]`,
  });
  const screen = new Screen(place, { columns: 200, rows: 60 });
  const facts = () => ['pane_title', 'window_name', 'alternate_on', 'scroll_region_upper', 'scroll_region_lower',
    'cursor_flag', 'insert_flag', 'origin_flag', 'keypad_flag'].map((name) => [name, screen.fact(name)]);
  const before = facts();
  const shows = async (command) => {
    const text = await screen.output(command);
    assert.deepEqual(facts(), before, text);
    assert.equal(screen.buffers(), '');
  };
  await shows('"$TINE" run "$DO"');
  screen.begin('"$TINE" run "$ASK"');
  await screen.shows(/answer \[1-3\]:/);
  assert.deepEqual(facts(), before);
  screen.run('3');
  await screen.end();
  assert.deepEqual(facts(), before);
  const [{ id }] = await place.sessions();
  for (const command of ['session list', 'session list --tree', `session show ${id}`, `fork ${id} --dry-run`,
    `fork ${id} --n 2 "$DO"`, 'reply "$ASK" x', 'run --file "$ASK" x', 'run --mode "$ASK" x', `fork ${id} --to "$ASK"`])
    await shows(`"$TINE" ${command}`);
});
