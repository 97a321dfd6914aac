import { expect, it } from "vitest";
import { hashPlain53, network, stack } from "../../model/index.ts";
import { type Raft, raft, sessionLink } from "../../protocols/index.ts";
import { prepare, runOnce } from "../../simulate/index.ts";
import { hurried, processesOf } from "./raft-cluster.ts";
import { raftScenario } from "./raft-scenario.ts";
import { registerOnLog } from "./register-on-log.ts";

type Server = Raft<string, readonly string[]>;

const refuses = new Proxy({}, { get: (_, name) => () => expect.unreachable(`it does ${String(name)}`) });

/** A server that, whenever it says that it has nothing to send, is made to send: nothing may come of it. */
const heldToItsWord = (commitPatienceMs: number | null, count: { idle: number }): Server => {
  const server: Server = raft<string, readonly string[]>({ ...hurried, commitPatienceMs });
  return {
    ...server,
    idle(s, io) {
      const isIdle = server.idle!(s, io);
      if (!isIdle) return false;
      count.idle++;
      const before = hashPlain53(s);
      const silent = { ...io, early: (send: () => void) => send() };
      for (const way of ["sessions", "timers", "up", "whenDurable"]) Object.assign(silent, { [way]: refuses });
      server.settled!(s, silent as typeof io);
      if (hashPlain53(s) !== before) expect.unreachable("it changes its state");
      return true;
    },
  };
};

it.each([0, 5, null])(
  "D12: a server of Raft that says it has nothing to send has nothing (news after %s ms)",
  (news) => {
    const prepared = prepare(raftScenario);
    const count = { idle: 0 };
    const one = stack(registerOnLog({}), {
      log: stack(heldToItsWord(news, count), {
        sessions: stack(sessionLink({ resendMs: 40, attemptsMax: 3 }), { fairLoss: network("raft") }),
      }),
      peers: network("register"),
    });
    const setup = { ...prepared.setup, processes: processesOf(3, one) };
    for (let seed = 1; seed <= 3; seed++) {
      const { violations } = runOnce({ ...prepared, setup }, { kind: "seed", seed, edits: [] }, { cover: "outside" });
      expect(violations).toEqual([]);
    }
    expect(count.idle).toBeGreaterThan(200);
  },
);
