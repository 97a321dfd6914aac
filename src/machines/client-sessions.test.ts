import { describe, expect, it } from "vitest";
import {
  admit as admitIn,
  type ClientSessions,
  copySessions,
  enterSession,
  expireSessions,
  openSession,
  type SessionLimits,
} from "./client-sessions.ts";

const limits: SessionLimits = { expiryMs: 100, sessionsMax: 2, commandsMax: 4 };
const sessionsOf = (...numbers: readonly number[]): ClientSessions<string> => {
  const sessions: ClientSessions<string> = new Map();
  for (const number of numbers) openSession(sessions, number, 0, limits);
  return sessions;
};
const admit = (
  sessions: ClientSessions<string>,
  command: { session: number; sequence: number; doneBelow: number },
  timeMs: number,
  bounds: SessionLimits,
) => {
  const session = enterSession(sessions, command, timeMs);
  return session === null ? { kind: "refused", why: "session expired" } : admitIn(session, command.sequence, bounds);
};
const command = (sequence: number, doneBelow = 0, session = 7) => ({ session, sequence, doneBelow });
const answered = (sessions: ClientSessions<string>, sequence: number, doneBelow = 0): void => {
  expect(admit(sessions, command(sequence, doneBelow), 0, limits)).toEqual({ kind: "apply" });
  sessions.get(7)!.ends.set(sequence, { kind: "answer", answer: `answer ${sequence}` });
};

describe("sessions of clients", () => {
  it("a command that comes again finds its answer, and is not applied", () => {
    const sessions = sessionsOf(7);
    answered(sessions, 0);
    const again = { kind: "again", end: { kind: "answer", answer: "answer 0" } };
    expect(admit(sessions, command(0), 0, limits)).toEqual(again);
    expect(admit(sessions, command(0), 0, limits)).toEqual(again);
  });

  it("commands may come out of order, each once", () => {
    const sessions = sessionsOf(7);
    for (const sequence of [2, 0, 3, 1]) answered(sessions, sequence);
    for (const sequence of [0, 1, 2, 3])
      expect(admit(sessions, command(sequence), 0, limits)).toMatchObject({ kind: "again" });
  });

  it("answers that the client has are forgotten; a late copy is refused as one that certainly had its turn", () => {
    const sessions = sessionsOf(7);
    answered(sessions, 0);
    answered(sessions, 1);
    answered(sessions, 2, 2);
    expect([...sessions.get(7)!.ends.keys()]).toEqual([2]);
    expect(admit(sessions, command(0, 0), 0, limits)).toEqual({ kind: "refused", why: "answer forgotten" });
  });

  it("a session keeps so many answers at most", () => {
    const sessions = sessionsOf(7);
    for (const sequence of [0, 1, 2, 3]) answered(sessions, sequence);
    expect(admit(sessions, command(4), 0, limits)).toEqual({ kind: "refused", why: "too many commands" });
    answered(sessions, 4, 1);
  });

  it("there are so many sessions at most, and whoever is there stays", () => {
    const sessions = sessionsOf(7, 8);
    expect(openSession(sessions, 9, 0, limits)).toBe(false);
    expect([...sessions.keys()]).toEqual([7, 8]);
  });

  it("a session that is silent for longer than it lives is gone, whatever stands before it", () => {
    const sessions = sessionsOf(7, 8);
    admit(sessions, command(0, 0, 7), 50, limits);
    expect(expireSessions(sessions, 100, limits)).toBe(0);
    expect(expireSessions(sessions, 101, limits)).toBe(1);
    expect([...sessions.keys()]).toEqual([7]);
    expect(expireSessions(sessions, 151, limits)).toBe(1);
  });

  it("a command of an expired session is refused with an error of its own, never applied", () => {
    const sessions = sessionsOf(7);
    answered(sessions, 0);
    expireSessions(sessions, 1_000, limits);
    for (const sequence of [0, 1])
      expect(admit(sessions, command(sequence), 1_000, limits)).toEqual({ kind: "refused", why: "session expired" });
    expect(sessions.size).toBe(0);
  });

  it("a copy is a thing of its own, in the same order", () => {
    const sessions = sessionsOf(7, 8);
    answered(sessions, 0);
    const copy = copySessions(sessions);
    expect([...copy]).toEqual([...sessions]);
    answered(sessions, 1);
    expect([...copy.get(7)!.ends.keys()]).toEqual([0]);
  });
});
