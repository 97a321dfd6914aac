import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GrpcClient } from "./grpc-client.ts";
import { end, freePort, start } from "./processes.ts";
import type { System, SystemOptions } from "./system.ts";

// Just enough of protobuf: fields 1 … 15 of bytes and small numbers.
const bytesField = (field: number, bytes: Uint8Array): Buffer => {
  const head = [(field << 3) | 2];
  for (let rest = bytes.length; ; rest >>>= 7) {
    head.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from(head), bytes]);
};

const putRequest = (key: string, value: Uint8Array): Buffer =>
  Buffer.concat([bytesField(1, Buffer.from(key)), bytesField(2, value)]);

const rangeRequest = (key: string, serializable: boolean): Buffer =>
  Buffer.concat([bytesField(1, Buffer.from(key)), ...(serializable ? [Buffer.from([7 << 3, 1])] : [])]);

interface Member {
  readonly name: string;
  readonly client: number;
  readonly peer: number;
}

const argsOf = (member: Member, members: readonly Member[], directory: string): string[] => [
  ...["--name", member.name, "--data-dir", join(directory, member.name), "--log-level", "error"],
  ...["--listen-client-urls", `http://127.0.0.1:${member.client}`],
  ...["--advertise-client-urls", `http://127.0.0.1:${member.client}`],
  ...["--listen-peer-urls", `http://127.0.0.1:${member.peer}`],
  ...["--initial-advertise-peer-urls", `http://127.0.0.1:${member.peer}`],
  ...["--initial-cluster", members.map(({ name, peer }) => `${name}=http://127.0.0.1:${peer}`).join(",")],
  ...["--initial-cluster-state", "new", "--quota-backend-bytes", String(8 * 2 ** 30)],
];

/** Which member leads: field 3 of its Status is the leader, field 2 of the header the member itself. */
const isLeader = async (port: number): Promise<boolean> => {
  const client = new GrpcClient(`127.0.0.1:${port}`, 1);
  try {
    const status = await client.unary("/etcdserverpb.Maintenance/Status", Buffer.alloc(0));
    return statusSaysLeader(status);
  } finally {
    client.close();
  }
};

const varint = (bytes: Buffer, at: number): [bigint, number] => {
  let value = 0n;
  let end = at;
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[end++]!;
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return [value, end];
  }
};

/** The varint and bytes fields of a protobuf message, the last one of each number. */
const fieldsOf = (bytes: Buffer): Map<number, bigint | Buffer> => {
  const fields = new Map<number, bigint | Buffer>();
  for (let at = 0; at < bytes.length; ) {
    const [tag, next] = varint(bytes, at);
    const [value, end] = varint(bytes, next);
    const isBytes = (tag & 7n) === 2n;
    fields.set(Number(tag >> 3n), isBytes ? bytes.subarray(end, end + Number(value)) : value);
    at = isBytes ? end + Number(value) : end;
  }
  return fields;
};

const statusSaysLeader = (status: Buffer): boolean => {
  const fields = fieldsOf(status);
  const header = fieldsOf(fields.get(1) as Buffer);
  return header.get(2) === fields.get(4);
};

const retried = async <T>(secondsMax: number, ask: () => Promise<T>): Promise<T> => {
  const until = performance.now() + secondsMax * 1_000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(20);
    }
  }
};

/** Three members of etcd with their default settings, and a lean client of the leader. */
export const startEtcd = async ({ directory, connections }: SystemOptions): Promise<System> => {
  mkdirSync(directory, { recursive: true });
  const members: Member[] = [];
  for (const name of ["a", "b", "c"]) members.push({ name, client: await freePort(), peer: await freePort() });
  const startOne = (member: Member) => start("etcd", argsOf(member, members, directory));
  const children = members.map(startOne);
  const findLeader = (): Promise<number> =>
    retried(30, async () => {
      for (const [at, { client }] of members.entries()) {
        if (children[at]!.exitCode !== null || children[at]!.signalCode !== null) continue;
        if (await isLeader(client)) return at;
      }
      throw new Error("etcd has no leader");
    });
  let leader = await findLeader();
  let client = new GrpcClient(`127.0.0.1:${members[leader]!.client}`, connections);
  const put: System["put"] = (key, value) => client.unary("/etcdserverpb.KV/Put", putRequest(key, value));
  await retried(10, () => put("warm", Buffer.from("up")));
  return {
    name: "etcd",
    pids: () => children.filter((child) => child.signalCode === null).map((child) => child.pid!),
    put,
    get: (key) => client.unary("/etcdserverpb.KV/Range", rangeRequest(key, false)),
    getSerializable: (key) => client.unary("/etcdserverpb.KV/Range", rangeRequest(key, true)),
    async killLeader() {
      const killed = performance.now();
      children[leader]!.kill("SIGKILL");
      client.close();
      // A client that knows all endpoints: it asks those that are left, one after the other.
      const others = members
        .filter((_, at) => at !== leader)
        .map((member) => new GrpcClient(`127.0.0.1:${member.client}`, 1));
      let turn = 0;
      await retried(30, () => {
        const put = others[turn++ % others.length]!.unary(
          "/etcdserverpb.KV/Put",
          putRequest("after", Buffer.from("1")),
        );
        return Promise.race([put, sleep(500).then(() => Promise.reject(new Error("no answer")))]);
      });
      const tookMs = performance.now() - killed;
      for (const other of others) other.close();
      children[leader] = startOne(members[leader]!);
      leader = await findLeader();
      client = new GrpcClient(`127.0.0.1:${members[leader]!.client}`, connections);
      return tookMs;
    },
    async stop() {
      client.close();
      await Promise.all(children.map(end));
    },
  };
};
