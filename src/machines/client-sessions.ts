/** The end of a command as the replicas remember it. */
export type Remembered<Answer> =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "machine failed" };

/** A client's session as every replica has it: part of the replicated state. */
export interface ClientSession<Answer> {
  /** The service's time of the last thing that was heard in it. */
  activeAtMs: number;
  /** The client has the answers to all commands below this one. */
  doneBelow: number;
  /** Ends of the commands that were applied, as far as the client may still ask for them. */
  readonly ends: Map<number, Remembered<Answer>>;
}

/** All sessions, the one that was silent for longest first. Plain data, the same at every replica. */
export type ClientSessions<Answer> = Map<number, ClientSession<Answer>>;

/** Bounds of sessions. */
export interface SessionLimits {
  /** Milliseconds of the service's time after which a silent session is forgotten. */
  readonly expiryMs: number;
  readonly sessionsMax: number;
  /** How many commands of one session may be unanswered at a time. */
  readonly commandsMax: number;
}

/** Opens a session; false where there are too many. The number must be new. */
export const openSession = <Answer>(
  sessions: ClientSessions<Answer>,
  session: number,
  timeMs: number,
  { sessionsMax }: SessionLimits,
): boolean => {
  if (sessions.size >= sessionsMax) return false;
  sessions.set(session, { activeAtMs: timeMs, doneBelow: 0, ends: new Map() });
  return true;
};

/** Forgets the sessions in which nothing was heard for longer than they live. Returns how many. */
export const expireSessions = <Answer>(
  sessions: ClientSessions<Answer>,
  timeMs: number,
  { expiryMs }: SessionLimits,
): number => {
  let expired = 0;
  for (const [number, { activeAtMs }] of sessions) {
    // They stand in the order of their last activity.
    if (activeAtMs + expiryMs >= timeMs) break;
    sessions.delete(number);
    expired++;
  }
  return expired;
};

/** What a session says to a command: apply it, say again what was answered, or refuse it. */
export type Admission<Answer> =
  | { readonly kind: "apply" }
  | { readonly kind: "again"; readonly end: Remembered<Answer> }
  | { readonly kind: "refused"; readonly why: "answer forgotten" | "too many commands" };

const forgetBelow = <Answer>(session: ClientSession<Answer>, doneBelow: number): void => {
  const { ends, doneBelow: before } = session;
  if (doneBelow <= before) return;
  session.doneBelow = doneBelow;
  // Most often one number after the other; a client may also leap, as far as it likes.
  if (doneBelow - before <= ends.size)
    for (let sequence = before; sequence < doneBelow; sequence++) ends.delete(sequence);
  else for (const sequence of ends.keys()) if (sequence < doneBelow) ends.delete(sequence);
};

/** Commands of a session have their turn: the session lives on, and what its client has is forgotten. Null: it expired. */
export const enterSession = <Answer>(
  sessions: ClientSessions<Answer>,
  { session: number, doneBelow }: { readonly session: number; readonly doneBelow: number },
  timeMs: number,
): ClientSession<Answer> | null => {
  const session = sessions.get(number);
  if (session === undefined) return null;
  session.activeAtMs = Math.max(session.activeAtMs, timeMs);
  // To the end of the order of activity.
  sessions.delete(number);
  sessions.set(number, session);
  forgetBelow(session, doneBelow);
  return session;
};

const apply: Admission<never> = { kind: "apply" };

/**
 * Whether a command may be applied, at its turn in the log. Two copies of a command have one number; the second finds the
 * end of the first, or, once the client has said that it needs no answer any more, nothing but that it is over.
 *
 * Source: Ongaro 2014, Consensus: Bridging Theory and Practice, section 6.3.
 */
export const admit = <Answer>(
  session: ClientSession<Answer>,
  sequence: number,
  { commandsMax }: SessionLimits,
): Admission<Answer> => {
  const end = session.ends.get(sequence);
  if (end !== undefined) return { kind: "again", end };
  if (sequence < session.doneBelow) return { kind: "refused", why: "answer forgotten" };
  if (sequence >= session.doneBelow + commandsMax) return { kind: "refused", why: "too many commands" };
  return apply;
};

/** Sessions of their own, which later commands leave as they are. */
export const copySessions = <Answer>(sessions: ClientSessions<Answer>): ClientSessions<Answer> => {
  const copied: ClientSessions<Answer> = new Map();
  for (const [number, { activeAtMs, doneBelow, ends }] of sessions)
    copied.set(number, { activeAtMs, doneBelow, ends: new Map(ends) });
  return copied;
};
