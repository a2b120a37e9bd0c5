// Of each kind of call a few fail, at the beginning, in the middle and at the end.

import { test } from '../clients/cases.mjs';
import { calls, kinds, play } from './matrix.mjs';

for (const [kind, errors] of Object.entries(kinds)) {
  test(`a few calls of the kind ${kind} fail`, async () => {
    const count = await calls(kind);
    const chosen = new Set([1, Math.ceil(count / 3), Math.ceil((2 * count) / 3)].filter((n) => n > 0));
    let next = 0;
    for (const nth of chosen) {
      await play(kind, nth, errors[next % errors.length]);
      next += 1;
    }
  });
}
