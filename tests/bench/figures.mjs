// What the benchmarks have in common: figures as text, and what could not be measured.

/// What could not be measured so far, a sentence each.
export const missing = [];

/// What `work` gives; when it fails that is noted, and there is no figure. A machine that also does
/// other things must not cost the figures that it did give.
export async function attempt(what, work, note) {
  try {
    return await work();
  } catch (fault) {
    missing.push(`${what}: ${String(fault.message ?? fault).split('\n')[0]}`);
    note(`not measured: ${missing.at(-1)}`);
    return undefined;
  }
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

export const digits = (value) =>
  (value < 10 ? value.toPrecision(2) : Math.round(value).toLocaleString('en'));

const isNumber = (value) => Number.isFinite(value);

/// The median of what was measured, as text.
export function middle(values, text) {
  const known = values.filter(isNumber);
  return known.length > 0 ? text(median(known)) : 'not measured';
}

/// How many times tine's cost the other's is: the median of the rounds in which both were measured,
/// and their range. `of` compares one round.
export function ratio(own, other, of = (mine, theirs) => theirs / mine) {
  const each = own.map((value, round) => of(value, other[round])).filter(isNumber);
  if (each.length === 0) return '';
  const text = `, **${digits(median(each))} ×**`;
  if (each.length === 1) return text;
  return `${text} (${digits(Math.min(...each))}–${digits(Math.max(...each))})`;
}
