import type { NodeId } from "../../model/index.ts";
import type { Relayed } from "./eager-reliable-broadcast.ts";

/** A message on its way to uniform delivery: who was seen to relay it, and so has it. */
export interface Acknowledged<M> {
  readonly relayed: Relayed<M>;
  readonly by: NodeId[];
  delivered: boolean;
}

/**
 * Notes that a process relayed a message. True when the message was not known before: then it must be relayed, and is so
 * before anybody can be told of it.
 */
export const acknowledge = <M>(pending: Acknowledged<M>[], from: NodeId, relayed: Relayed<M>): boolean => {
  const known = pending.find(
    ({ relayed: { origin, sequence } }) => origin === relayed.origin && sequence === relayed.sequence,
  );
  if (known === undefined) pending.push({ relayed, by: [from], delivered: false });
  else if (!known.by.includes(from)) known.by.push(from);
  return known === undefined;
};

/** Marks the messages that may be delivered now and were not before, and returns them. */
export const takeReady = <M>(
  pending: readonly Acknowledged<M>[],
  canDeliver: (by: readonly NodeId[]) => boolean,
): readonly Relayed<M>[] =>
  pending.flatMap((message) => {
    if (message.delivered || !canDeliver(message.by)) return [];
    message.delivered = true;
    return [message.relayed];
  });
