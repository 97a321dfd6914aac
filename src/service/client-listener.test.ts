import { EventEmitter } from "node:events";
import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { damaged, drawing } from "../../test/support/drawing.ts";
import { withoutStackTraces } from "../../test/support/without-stack-traces.ts";
import type { ToReplica } from "../machines/index.ts";
import { decode, encode, PlainDataError } from "../model/index.ts";
import { ClientListener } from "./client-listener.ts";
import { clientProtocol, type OperatorRequest, requestShape } from "./client-protocol.ts";

const mutations = 100_000;
const connections = 2_000;

withoutStackTraces();

/** A connection of which only this process knows. */
class FakeSocket extends EventEmitter {
  writableLength = 0;
  isDestroyed = false;

  setNoDelay(): void {}

  write(_bytes: Uint8Array, done: () => void): boolean {
    done();
    return true;
  }

  end(): void {
    this.destroy();
  }

  destroy(): void {
    this.isDestroyed = true;
  }
}

const framed = (value: unknown): Uint8Array => {
  const body = encode(value);
  const frame = new Uint8Array(4 + body.length);
  new DataView(frame.buffer).setUint32(0, body.length, true);
  frame.set(body, 4);
  return frame;
};

const joined = (frames: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(frames));

const hello = framed({ protocol: clientProtocol, cluster: "bank" });

const requests: readonly (ToReplica<unknown> | OperatorRequest)[] = [
  { kind: "open", token: 7 },
  { kind: "execute", run: { session: 3, doneBelow: 1, first: 2, count: 2, commands: new Uint8Array([1, 2, 3, 4]) } },
  { kind: "query", ids: [1, 2], queries: [{ key: new Uint8Array([97]) }, "x"], consistency: "linearizable" },
  { kind: "close", session: 3 },
  { kind: "status", id: 9 },
  { kind: "transfer", id: 9, to: 1 },
  { kind: "address", id: 9, member: 3, address: { peer: "10.0.0.4:1", client: "10.0.0.4:2" } },
  { kind: "change members", id: 9, voters: [3], learners: [], removed: [0] },
];

const kinds: ReadonlySet<string> = new Set(requests.map(({ kind }) => kind));

const opened: ClientListener[] = [];
afterEach(async () => {
  for (const listener of opened.splice(0)) await listener.close();
});

const listening = async () => {
  const seen = { messages: [] as (ToReplica<unknown> | OperatorRequest)[], left: 0, refused: [] as string[] };
  const server = createServer();
  const listener = new ClientListener(
    { server, whyNot: () => null, reload: async () => undefined, expiresAtMs: () => null },
    { cluster: "bank", member: 0 },
    {
      onMessage: (_client, message) => seen.messages.push(message),
      onOperator: (_client, message) => seen.messages.push(message),
      onLeft: () => seen.left++,
      onRefused: ({ message }) => seen.refused.push(message),
    },
  );
  opened.push(listener);
  await listener.listen({ host: "127.0.0.1", port: 0 });
  /** Somebody connects and says all this. */
  const say = (...frames: readonly Uint8Array[]): FakeSocket => {
    const socket = new FakeSocket();
    server.emit("connection", socket as unknown as Socket);
    for (const frame of frames) if (!socket.isDestroyed) socket.emit("data", Buffer.from(frame));
    return socket;
  };
  return { listener, seen, say };
};

describe("the clients' door", () => {
  it("takes every request that a client sends", async () => {
    const { seen, say } = await listening();
    expect(say(hello, joined(requests.map(framed))).isDestroyed).toBe(false);
    expect(seen).toEqual({ messages: requests, left: 0, refused: [] });
  });

  it.each([
    ["another protocol", { protocol: clientProtocol + 1, cluster: "bank" }, /use the same release/],
    ["another cluster", { protocol: clientProtocol, cluster: "shop" }, /belongs to cluster bank, not to shop/],
    ["no hello", { kind: "status", id: 1 }, /no client of quorate/],
    ["a long one", { protocol: clientProtocol, cluster: "x".repeat(2_000) }, /at most 1024/],
  ])("refuses %s before anything else is heard", async (_what, first, why) => {
    const { listener, seen, say } = await listening();
    expect(say(framed(first), framed(requests[0])).isDestroyed).toBe(true);
    expect(seen.messages).toEqual([]);
    expect(seen.refused).toEqual([expect.stringMatching(why)]);
    expect(listener.clients).toBe(0);
  });

  it(`of ${mutations} damaged requests each is one that a client could have sent, or is refused`, () => {
    const bodies = requests.map((request) => encode(request));
    const draw = drawing(6);
    const seen = { taken: 0, malformed: 0, undecodable: 0 };
    for (let round = 0; round < mutations; round++) {
      const bytes = damaged(bodies[round % bodies.length]!, draw);
      let value: unknown;
      try {
        value = decode(bytes);
      } catch (error) {
        if (!(error instanceof PlainDataError)) throw error;
        seen.undecodable++;
        continue;
      }
      if (!requestShape(value)) seen.malformed++;
      else if (kinds.has((value as { readonly kind: string }).kind)) seen.taken++;
      // What was taken is plain data: it can be stored and sent on.
      if (round % 100 === 0) encode(value);
    }
    expect(seen.taken + seen.malformed + seen.undecodable).toBe(mutations);
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(mutations / 200);
  });

  it(`of ${connections} damaged streams hands on what is whole, or ends the connection`, async () => {
    const { listener, seen, say } = await listening();
    const frames = requests.map(framed);
    const draw = drawing(7);
    for (let round = 0; round < connections; round++) {
      const isHello = round % 4 === 0;
      const socket = isHello ? say(damaged(hello, draw)) : say(hello, damaged(joined(frames), draw));
      if (!socket.isDestroyed) socket.emit("close");
    }
    expect(seen.messages.filter(({ kind }) => !kinds.has(kind))).toEqual([]);
    expect(seen.messages.length).toBeGreaterThan(connections);
    expect(seen.refused.length).toBeGreaterThan(connections / 4);
    expect(listener.clients).toBe(0);
  });
});
