// The words that have a mocked model do what the tool's scenarios are about.

/// `run` makes the directive that has the model run a command by itself, `ask` the one of a command
/// that the agent asks for. Files and terminals of clients and forms are left out: each agent has
/// tools of its own for what it does.
export const modelPrompts = ({ run = (command) => `[[run: ${command}]]`, ask = run } = {}) => ({
  short: '[[say: pong]]', long: '[[slow: 3000 100]]', remember: 'Remember the word marmalade.',
  recall: '[[recall]]', tool: `${run('true')} [[say: done]]`, plan: '',
  ask: `${ask('touch asked')} [[say: done]]`, read: '', write: '', run: '', input: '',
  flood: '[[slow: 1200 0]]', sleep: run('sleep 600'),
});

export const promptOptions = (prompts) =>
  Object.entries(prompts).flatMap(([name, text]) => ['--prompt', `${name}=${text}`]);
