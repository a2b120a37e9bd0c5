// Judges messages by the official schema of the protocol: parameters and results by the type that
// the schema names for their method, and no member that the schema does not know.

import { readFileSync } from 'node:fs';

const file = new URL(
  'node_modules/@agentclientprotocol/sdk/schema/v1/schema.unstable.json', import.meta.url);
const schema = JSON.parse(readFileSync(file, 'utf8'));
const definitions = schema.$defs;

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

const typeChecks = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
};

/// What says nothing about whether a value is valid.
const annotations = new Set(['$schema', '$defs', 'title', 'description', 'default', 'format',
  'discriminator']);

/// Each gives the complaints about a value, none when it holds.
const keywords = {
  $ref: (ref, value, at) => judge(definitions[ref.replace('#/$defs/', '')], value, at),
  type: (types, value, at) =>
    [types].flat().some((type) => typeChecks[type](value)) ? [] : [`${at}: not ${types}`],
  enum: (values, value, at) => (values.includes(value) ? [] : [`${at}: not one of ${values}`]),
  const: (wanted, value, at) => (value === wanted ? [] : [`${at}: not ${wanted}`]),
  minimum: (least, value, at) =>
    typeof value === 'number' && value < least ? [`${at}: below ${least}`] : [],
  maximum: (most, value, at) =>
    typeof value === 'number' && value > most ? [`${at}: above ${most}`] : [],
  minLength: (least, value, at) =>
    typeof value === 'string' && value.length < least ? [`${at}: too short`] : [],
  required: (names, value, at) =>
    isObject(value)
      ? names.filter((name) => !(name in value)).map((name) => `${at}: no ${name}`)
      : [],
  properties: (types, value, at) =>
    isObject(value)
      ? Object.entries(types).flatMap(([name, type]) =>
          name in value ? judge(type, value[name], `${at}.${name}`) : [])
      : [],
  additionalProperties: (type, value, at, whole) =>
    isObject(value)
      ? Object.keys(value).filter((name) => !(name in (whole.properties ?? {})))
          .flatMap((name) => judge(type, value[name], `${at}.${name}`))
      : [],
  unevaluatedProperties: () => [],  // unknown members are looked for on their own
  items: (type, value, at) =>
    Array.isArray(value) ? value.flatMap((item, i) => judge(type, item, `${at}[${i}]`)) : [],
  allOf: (types, value, at) => types.flatMap((type) => judge(type, value, at)),
  anyOf: (types, value, at) => {
    const faults = types.map((type) => judge(type, value, at));
    return faults.some((each) => each.length === 0) ? [] : faults.flat();
  },
  oneOf: (types, value, at) => {
    const faults = types.map((type) => judge(type, value, at));
    const good = faults.filter((each) => each.length === 0).length;
    if (good === 1) return [];
    return good === 0 ? faults.flat() : [`${at}: fits ${good} of the alternatives`];
  },
  not: (type, value, at) => (judge(type, value, at).length > 0 ? [] : [`${at}: excluded`]),
};

function judge(type, value, at) {
  if (type === true) return [];
  if (type === false) return [`${at}: not allowed`];
  return Object.entries(type).flatMap(([keyword, argument]) => {
    if (keyword.startsWith('x-') || annotations.has(keyword)) return [];
    const check = keywords[keyword];
    if (!check) throw new Error(`the schema uses ${keyword}, which this check does not know`);
    return check(argument, value, at, type);
  });
}

const knownNames = new Set();
(function collect(node) {
  if (typeof node !== 'object' || node === null) return;
  if (isObject(node.properties)) Object.keys(node.properties).forEach((name) => knownNames.add(name));
  Object.values(node).forEach(collect);
})(schema);

/// Whether the schema leaves open what members are inside.
function isFree(name, value) {
  if (['_meta', 'rawInput', 'rawOutput', 'requestedSchema'].includes(name)) return true;
  return ['data', 'content', 'env'].includes(name) && isObject(value) && !('type' in value);
}

function unknownMembers(value, at) {
  if (Array.isArray(value)) return value.flatMap((item, i) => unknownMembers(item, `${at}[${i}]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (!knownNames.has(name)) return [`${at}: unknown member ${name}`];
    return isFree(name, inner) ? [] : unknownMembers(inner, `${at}.${name}`);
  });
}

/// The name of the type for a message of that method that `side` receives (a request or
/// notification) or gives (a response).
function typeName(side, method, kind) {
  return Object.keys(definitions).find((name) => {
    const type = definitions[name];
    return type['x-method'] === method && [side, 'protocol'].includes(type['x-side']) &&
      name.endsWith(kind);
  });
}

/// The complaints about one value of a named type.
export function checkType(name, value) {
  const faults = judge(definitions[name], value, name);
  return faults.length > 0 ? faults : unknownMembers(value, name);
}

/// Judges what an agent sends. `asked` tells the method of a request of the client by its id.
export function checkAgentMessage(message, asked) {
  if (!isObject(message)) return ['not a JSON object'];
  if (message.jsonrpc !== '2.0') return ['jsonrpc is not 2.0'];
  const checked = (name, what, value) =>
    name ? checkType(name, value) : [`the schema has no ${what}`];
  if ('method' in message) {
    const kind = 'id' in message ? 'Request' : 'Notification';
    const name = typeName('client', message.method, kind);
    return checked(name, `${message.method} to be sent by an agent`, message.params ?? {});
  }
  if (!('id' in message)) return ['neither a method nor an id'];
  if ('result' in message === 'error' in message) return ['not exactly one of result and error'];
  if ('error' in message) return checkType('Error', message.error);
  const method = asked(message.id);
  if (method === undefined) return ['a result that nobody asked for'];
  if (method.startsWith('_')) return [];  // an extension, of which the schema says nothing
  return checked(typeName('agent', method, 'Response'), `result of ${method}`, message.result);
}
