import { describe } from "../model/index.ts";
import type { Exploration } from "./exploration.ts";
import type { CarriedMessage, NodeImage } from "./node-image.ts";

const textMax = 160;
const messagesMax = 12;

const withoutEmpty = (state: object): object =>
  Object.fromEntries(Object.entries(state).filter(([, value]) => value !== null && value !== false));

const processText = (name: string, { life, volatile, durable, clients }: NodeImage): string => {
  const parts: string[] = [];
  if (volatile !== null)
    for (const [path, state] of (volatile as { readonly states: readonly (readonly [string, object])[] }).states) {
      const shown = withoutEmpty(state);
      if (Object.keys(shown).length > 0) parts.push(`${path === "" ? "top" : path} ${describe(shown, textMax)}`);
    }
  for (const [path, { records, logs }] of durable)
    parts.push(
      `disk of ${path === "" ? "top" : path} ${describe({ ...Object.fromEntries(records), ...Object.fromEntries(logs) }, textMax)}`,
    );
  const calls = clients.filter(({ waits }) => waits).length;
  if (calls > 0) parts.push(`${calls} call open`);
  return `${name} is ${life}${parts.length === 0 ? "" : `: ${parts.join("; ")}`}`;
};

const messageText = (names: readonly string[], { from, to, body }: CarriedMessage): string =>
  `${names[from]} → ${names[to]}: ${describe(body, textMax)}`;

/** A state of a search in words: each process with what it has, and what is on its way. */
export const describeState = (
  { prepared, atoms }: Exploration,
  locals: readonly number[],
  messages: readonly number[],
): readonly string[] => {
  const names = prepared.setup.processes.map(({ name }) => name);
  const processes = locals.map((state, node) => processText(names[node]!, atoms.valueOf(state) as NodeImage));
  const shown = messages.slice(0, messagesMax).map((message) => {
    const value = atoms.valueOf(message);
    // On an ordered network what is on its way is a queue a link.
    const queue = Array.isArray(value) ? (value as readonly number[]) : [message];
    return queue.map((each) => messageText(names, atoms.valueOf(each) as CarriedMessage)).join(", then ");
  });
  const more = messages.length > messagesMax ? [`and ${messages.length - messagesMax} messages more`] : [];
  return [...processes, ...shown, ...more];
};
