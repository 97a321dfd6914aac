import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { NodeId } from "../../model/index.ts";
import { ListenError } from "../errors.ts";
import type { HostEvent, TransportLimits } from "../node-host-options.ts";
import { type Credentials, readCredentials } from "../security/credentials.ts";
import { type IssuedCertificates, issueCertificates } from "../security/issue-certificates.ts";
import { Transport } from "./transport.ts";
import { greetingOf, type Hello } from "./wire.ts";

const limits: TransportLimits = {
  frameBytesMax: 1_000_000,
  queueBytesMax: 4_000_000,
  strangersMax: 3,
  handshakeMsMax: 400,
  silenceMsMax: 600,
  reconnectMsMin: 5,
  reconnectMsMax: 40,
};

interface Seen {
  readonly events: HostEvent[];
  readonly messages: unknown[];
  readonly sessions: (readonly [kind: string, peer: NodeId, session: number])[];
  readonly directories: Map<NodeId, string>;
}

const open: Transport[] = [];
const makeTransport = (
  self: NodeId,
  over: Partial<ConstructorParameters<typeof Transport>[0]> = {},
): { transport: Transport; seen: Seen } => {
  const seen: Seen = { events: [], messages: [], sessions: [], directories: new Map() };
  const transport = new Transport({
    cluster: "bank",
    self,
    directory: `disk ${self}`,
    incarnation: 0,
    channels: ["a", "b"],
    limits,
    credentials: null,
    directoryOf: (peer) => seen.directories.get(peer),
    met: (peer, directory) => seen.directories.set(peer, directory),
    onMessage: (from, channel, _keys, body) => seen.messages.push([from, channel, body]),
    onSession: (kind, peer, session) => seen.sessions.push([kind, peer, session]),
    onEvent: (event) => seen.events.push(event),
    ...over,
  });
  open.push(transport);
  return { transport, seen };
};

const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 400 && !holds(); tries++) await sleep(5);
  expect(holds()).toBe(true);
};

const loopback = { host: "127.0.0.1", port: 0 };
const refusals = ({ events }: Seen): string[] =>
  events.flatMap((event) => (event.kind === "connection refused" ? [event.error.reason] : []));

/** Two that are linked, the second one with other numbers for its channels. */
const pair = async (over: Partial<ConstructorParameters<typeof Transport>[0]> = {}) => {
  const one = makeTransport(0, over);
  const other = makeTransport(1, { channels: ["b", "unknown", "a"], ...over });
  const address = await other.transport.listen(loopback);
  other.transport.setAddresses(new Map([[0, loopback]]));
  one.transport.setAddresses(new Map([[1, address]]));
  await until(() => one.transport.sessionsOpen === 1 && other.transport.sessionsOpen === 1);
  return { one, other, address };
};

afterEach(async () => {
  for (const transport of open.splice(0)) await transport.close(false);
});

describe("the transport", () => {
  it("carries messages by the names of their channels, in order, in one write a turn", async () => {
    const { one, other } = await pair();
    const writes = one.transport.counts.socketWrites;
    for (let n = 0; n < 500; n++) one.transport.send(1, 0, null, { n });
    one.transport.send(1, 1, [3], "b");
    one.transport.flush();
    await until(() => other.seen.messages.length === 501);
    expect(other.seen.messages.slice(0, 500)).toEqual(Array.from({ length: 500 }, (_, n) => [0, 2, { n }]));
    expect(other.seen.messages[500]).toEqual([0, 0, "b"]);
    expect(one.transport.counts.socketWrites).toBe(writes + 1);
  });

  it("row 11: what arrives of a session is a first part of it, and both ends hear of the end", async () => {
    const { one, other, address } = await pair();
    for (let n = 0; n < 2_000; n++) one.transport.send(1, 0, null, [n, "x".repeat(500)]);
    one.transport.flush();
    await until(() => other.seen.messages.length > 0);
    await other.transport.close(false);
    await until(() => one.seen.sessions.some(([kind]) => kind === "ended"));
    const got = other.seen.messages.map((message) => (message as [number, number, [number]])[2][0]);
    expect(got).toEqual(Array.from({ length: got.length }, (_, n) => n));
    one.transport.send(1, 0, null, "into the void");
    expect(one.transport.counts.messagesDropped).toBe(1);
    const again = makeTransport(1);
    await again.transport.listen(address);
    again.transport.setAddresses(new Map([[0, loopback]]));
    await until(() => one.seen.sessions.length === 3);
    const [first, ended, second] = one.seen.sessions;
    expect(ended).toEqual(["ended", 1, first![2]]);
    expect(second![2]).toBeGreaterThan(first![2]);
  });

  it("ends a session that the other end does not drain, instead of waiting without bound", async () => {
    const { one } = await pair();
    for (let n = 0; n < 100 && one.transport.sessionsOpen === 1; n++) {
      one.transport.send(1, 0, null, "y".repeat(100_000));
      // Without a turn of the loop in between nothing drains.
      one.transport.flush();
    }
    expect(one.transport.sessionsOpen).toBe(0);
    expect(one.seen.events.some(({ kind }) => kind === "queue overflow")).toBe(true);
  });

  it("notices a peer that is silent, and does not take a quiet one for it", async () => {
    const { one, other } = await pair();
    await sleep(1_000);
    expect(one.transport.sessionsOpen).toBe(1);
    expect(other.seen.sessions).toHaveLength(1);
    // A member that answers the call, and says nothing ever after.
    const server = createServer((socket: Socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.write(helloFrom(6, 5, 0)));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const caller = makeTransport(5);
    caller.transport.setAddresses(new Map([[6, { host: "127.0.0.1", port }]]));
    await until(() => caller.seen.sessions.length >= 2);
    expect(caller.seen.sessions.slice(0, 2)).toEqual([
      ["opened", 6, 0],
      ["ended", 6, 0],
    ]);
    await caller.transport.close(false);
    server.close();
  });

  it("a port that is taken is a typed error", async () => {
    const { address } = await pair();
    await expect(makeTransport(3).transport.listen(address)).rejects.toBeInstanceOf(ListenError);
  });
});

const helloFrom = (from: NodeId, to: NodeId, session: number, over: Partial<Hello> = {}): Uint8Array =>
  greetingOf({
    kind: "hello",
    protocol: 2,
    cluster: "bank",
    from,
    to,
    directory: "disk",
    session,
    channels: ["a"],
    ...over,
  });

describe("strangers", () => {
  const listening = async () => {
    const { transport, seen } = makeTransport(1);
    const address = await transport.listen(loopback);
    transport.setAddresses(new Map([[0, loopback]]));
    const call = async (bytes: Uint8Array | null): Promise<Socket> => {
      const socket = connect(address.port, address.host);
      socket.on("error", () => undefined);
      await once(socket, "connect");
      if (bytes !== null) socket.write(bytes);
      socket.resume();
      return socket;
    };
    return { transport, seen, call };
  };

  it.each([
    ["another cluster", "cluster", helloFrom(0, 1, 0, { cluster: "shop" })],
    ["another protocol", "protocol", helloFrom(0, 1, 0, { protocol: 1 })],
    ["somebody who looks for another member", "member", helloFrom(0, 2, 0)],
    ["a member that nobody knows", "member", helloFrom(7, 1, 0)],
    ["one that calls itself this member", "member", helloFrom(1, 1, 0)],
    ["a frame that is too long", "protocol", new Uint8Array([0, 0, 0, 1])],
    ["noise", "protocol", new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n")],
  ])("%s is refused", async (_, reason, bytes) => {
    const { transport, seen, call } = await listening();
    const socket = await call(bytes);
    await once(socket, "close");
    expect(refusals(seen)).toEqual([reason]);
    expect(transport.sessionsOpen).toBe(0);
    expect(seen.sessions).toEqual([]);
  });

  it("a member that comes back with another disk is refused, and so is an old session number", async () => {
    const { seen, call } = await listening();
    await call(helloFrom(0, 1, 5));
    await until(() => seen.sessions.length === 1);
    await call(helloFrom(0, 1, 6, { directory: "new disk" }));
    await call(helloFrom(0, 1, 5));
    await until(() => refusals(seen).length === 2);
    expect(refusals(seen).sort()).toEqual(["directory", "protocol"]);
    expect(seen.sessions).toHaveLength(1);
  });

  it("a member that is called and has another disk hears why it is refused", async () => {
    const { transport, seen } = makeTransport(1);
    const address = await transport.listen(loopback);
    transport.setAddresses(new Map([[0, loopback]]));
    const caller = makeTransport(0, { directoryOf: () => "the disk before" });
    caller.transport.setAddresses(new Map([[1, address]]));
    await until(() => refusals(seen).length > 0 && refusals(caller.seen).length > 0);
    expect(new Set(refusals(seen))).toEqual(new Set(["directory"]));
    const [told] = seen.events.filter((event) => event.kind === "connection refused");
    expect(told!.error).toMatchObject({ peer: 0, message: expect.stringContaining("came back with another disk") });
    expect(caller.seen.sessions).toEqual([]);
  });

  it("have little time, and are few", async () => {
    const { seen, call } = await listening();
    const started = performance.now();
    const quiet = await Promise.all([call(null), call(null), call(null)]);
    const fourth = await call(null);
    if (!fourth.closed) await once(fourth, "close");
    expect(performance.now() - started).toBeLessThan(300);
    await Promise.all(quiet.map((socket) => once(socket, "close")));
    expect(refusals(seen).sort()).toEqual(["full", "timeout", "timeout", "timeout"]);
  });

  it("that knock without end are counted, and told of now and then", async () => {
    const { transport, seen, call } = await listening();
    const started = performance.now();
    for (let count = 0; count < 60; count++) {
      const socket = await call(helloFrom(7, 1, 0));
      if (!socket.closed) await once(socket, "close");
    }
    expect(transport.counts.connectionsRefused).toBe(60);
    const seconds = Math.ceil((performance.now() - started) / 1_000);
    expect(refusals(seen).length).toBeLessThanOrEqual(20 * (seconds + 1));
  });

  it("a malformed frame ends a session and nothing else", async () => {
    const { transport, seen, call } = await listening();
    const socket = await call(helloFrom(0, 1, 0));
    await until(() => transport.sessionsOpen === 1);
    socket.write(new Uint8Array([2, 0, 0, 0, 255, 255]));
    await until(() => transport.sessionsOpen === 0);
    expect(seen.sessions.map(([kind]) => kind)).toEqual(["opened", "ended"]);
    expect(seen.messages).toEqual([]);
  });
});

describe("mutual TLS", () => {
  let directory = "";
  let issued: IssuedCertificates;
  let foreign: IssuedCertificates;
  const credentialsOf = (from: IssuedCertificates, cluster: string, member: NodeId): Promise<Credentials> =>
    readCredentials({ kind: "tls", ...from.members.get(member)! }, cluster, member);
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "quorate-tls-"));
    const own = { cluster: "bank", members: [0, 1, 2], clients: ["tool"] };
    issued = await issueCertificates({ ...own, directory: join(directory, "own") });
    foreign = await issueCertificates({ ...own, directory: join(directory, "foreign") });
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const server = async () => {
    const made = makeTransport(1, { credentials: await credentialsOf(issued, "bank", 1) });
    const address = await made.transport.listen(loopback);
    made.transport.setAddresses(new Map([[0, loopback]]));
    return { ...made, address };
  };

  it("links members whose certificates name them, also after they were renewed", async () => {
    const { transport, seen, address } = await server();
    const caller = makeTransport(0, { credentials: await credentialsOf(issued, "bank", 0) });
    caller.transport.setAddresses(new Map([[1, address]]));
    await until(() => transport.sessionsOpen === 1 && caller.transport.sessionsOpen === 1);
    caller.transport.send(1, 0, null, "sealed");
    caller.transport.flush();
    await until(() => seen.messages.length === 1);
    const before = await credentialsOf(issued, "bank", 1);
    expect(transport.setCredentials(before)).toBe(false);
    await issueCertificates({ cluster: "bank", members: [1], directory: join(directory, "own") });
    expect(transport.setCredentials(await credentialsOf(issued, "bank", 1))).toBe(true);
    expect(transport.sessionsOpen).toBe(1);
    const probe = connectTls({
      ...(await credentialsOf(issued, "bank", 0)),
      port: address.port,
      host: address.host,
      checkServerIdentity: () => undefined,
    });
    await once(probe, "secureConnect");
    expect(Buffer.compare(probe.getPeerX509Certificate()!.raw, Buffer.from(pemOf(before.cert)))).not.toBe(0);
    expect(probe.getProtocol()).toBe("TLSv1.3");
    probe.destroy();
  });

  it.each([
    ["of another authority", async () => credentialsOf(foreign, "bank", 0)],
    ["of another member", async () => credentialsOf(issued, "bank", 2)],
  ])("refuses a caller with a certificate %s", async (_, credentials) => {
    const { transport, seen, address } = await server();
    const caller = makeTransport(0, { credentials: await credentials() });
    caller.transport.setAddresses(new Map([[1, address]]));
    await until(() => refusals(seen).includes("certificate") && refusals(caller.seen).includes("certificate"));
    expect(transport.sessionsOpen).toBe(0);
  });

  it("refuses a caller without TLS, and one without a certificate", async () => {
    const { transport, seen, address } = await server();
    const plain = connect(address.port, address.host);
    plain.on("error", () => undefined).resume();
    plain.write(helloFrom(0, 1, 0));
    await new Promise((resolve) => plain.once("close", resolve));
    const { ca } = await credentialsOf(issued, "bank", 0);
    const bare = connectTls({ ca, port: address.port, host: address.host, checkServerIdentity: () => undefined });
    bare.on("error", () => undefined).resume();
    await new Promise((resolve) => bare.once("close", resolve));
    await until(() => refusals(seen).length >= 2);
    expect(transport.sessionsOpen).toBe(0);
  });

  it("does not talk to a server that is another member, or no member", async () => {
    const { address } = await server();
    const caller = makeTransport(0, { credentials: await credentialsOf(issued, "bank", 0) });
    caller.transport.setAddresses(new Map([[2, address]]));
    await until(() => refusals(caller.seen).length > 0);
    expect(caller.transport.sessionsOpen).toBe(0);
  });
});

const pemOf = (pem: Buffer): Uint8Array =>
  Buffer.from(pem.toString("latin1").replace(/-----[^-]+-----|\s/g, ""), "base64");
