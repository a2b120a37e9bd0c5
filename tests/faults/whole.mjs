// Each call of each kind fails with each error.

import { test } from '../clients/cases.mjs';
import { calls, kinds, play } from './matrix.mjs';

/// The time of a case is bounded, so the calls of a kind are dealt out to so many cases.
const parts = 40;

const counts = new Map();

for (const [kind, errors] of Object.entries(kinds)) {
  for (const error of errors) {
    for (let part = 1; part <= parts; part += 1) {
      test(`calls of the kind ${kind} fail with ${error}, part ${part} of ${parts}`, async () => {
        if (!counts.has(kind)) counts.set(kind, await calls(kind));
        for (let nth = part; nth <= counts.get(kind); nth += parts) await play(kind, nth, error);
      });
    }
  }
}
