// Twenty texts that would do something to a terminal.

import assert from 'node:assert/strict';

export const tags = [...'run'].map((c) => String.fromCodePoint(0xE0000 + c.charCodeAt(0))).join('');
export const hostile = [
  '\x1b]0;another title\x07', '\x1b[2J\x1b[H', '\x1b[31mred\x1b[0m', '\x1b[8mhidden\x1b[28m',
  '\x1b]52;c;ZWNobyBoaQ==\x07', '\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\', '\x1bPq#0\x1b\\',
  '\x1b[6n', '\x1bc', '\x1b[1A\x1b[2K', '\x9b31m', '\x9d0;title\x9c', 'over\rwritten', 'back\b\b\b\bfore',
  '\x7f\x00\x0e', '\u202Etxt.exe', '\u2066isolated\u2069', 'line\u2028and\u2029paragraph',
  'pass\u200Bword\u2060\uFEFF', `${tags}\u00AD`,
];
assert.equal(hostile.length, 20);
