import { dirname, resolve } from "node:path";
import type { NodeId } from "../model/index.ts";
import type { Address, Security } from "../node/index.ts";
import { JsonFields } from "./json-fields.ts";

/** Where a member of the cluster is reached: by the other members, and by clients. */
export interface MemberAddresses {
  readonly id: NodeId;
  readonly peer: Address;
  readonly client: Address;
}

/** What one replica is started with: the content of its file, paths made absolute. */
export interface ReplicaConfiguration {
  /** The file, for messages. */
  readonly file: string;
  readonly cluster: string;
  readonly member: NodeId;
  /** Its data directory. */
  readonly directory: string;
  /** All members, this one among them, as they are when it joins; later changes come by the log. */
  readonly members: readonly MemberAddresses[];
  /** Who votes when the cluster begins; a member that is added later is none of them. */
  readonly voters: readonly NodeId[];
  /** Metrics, health and trace, with an address of their own; absent: nowhere. */
  readonly admin?: Address;
  readonly security: Security;
  /** A module that exports a state machine of your own; absent: the key-value store. */
  readonly machine?: string;
  /** Bytes that the key-value store may hold before it refuses writes that add to it; that of the leader counts. */
  readonly quotaBytes: number;
  /**
   * So many commands from one snapshot to the next; at most half as many entries of the log stay behind it, for replicas that
   * were away for a moment. Absent: 40,000, and 5,000 entries.
   */
  readonly snapshotEvery?: number;
}

const quotaBytesDefault = 2 * 1024 ** 3;
const snapshotEveryMax = 1_000_000_000;
/** The greatest id of a member; sets of members are kept as bits. */
export const memberMax = 1_000;

/** An address as `host:port`, `[::1]:port` for IPv6. */
export const addressOf = (text: string): Address | undefined => {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  return host === undefined || port > 65_535 ? undefined : { host, port };
};

/** An address as people write it. */
export const addressText = ({ host, port }: Address): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;

/** The address in a field. */
export const addressAt = (fields: JsonFields, name: string): Address => {
  const address = addressOf(fields.text(name));
  if (address === undefined) throw fields.wrong(name, "an address, host:port");
  return address;
};

const memberAt = (fields: JsonFields): MemberAddresses => {
  const member = {
    id: fields.number("id", 0, memberMax),
    peer: addressAt(fields, "peer"),
    client: addressAt(fields, "client"),
  };
  fields.noOthers();
  return member;
};

/** How members or clients are known, in a field; paths relative to `folder`. */
export const securityAt = (fields: JsonFields, folder: string): Security => {
  const kind = fields.choice("kind", ["tls", "open"]);
  const file = (name: string): string => resolve(folder, fields.text(name));
  const security: Security =
    kind === "open"
      ? { kind }
      : { kind, authorityFile: file("authority"), certificateFile: file("certificate"), keyFile: file("key") };
  fields.noOthers();
  return security;
};

/**
 * Reads the file of a replica. Paths in it are relative to its folder.
 *
 * @throws ConfigurationError naming the field and what was expected.
 */
export const readReplicaConfiguration = (path: string): ReplicaConfiguration => {
  const file = resolve(path);
  const folder = dirname(file);
  const fields = JsonFields.of(file);
  fields.format();
  const members = fields.objects("members").map(memberAt);
  const member = fields.number("member", 0, memberMax);
  if (!members.some(({ id }) => id === member)) throw fields.wrong("member", "the id of one of the members");
  if (new Set(members.map(({ id }) => id)).size !== members.length)
    throw fields.wrong("members", "a list of different ids");
  const configuration: ReplicaConfiguration = {
    file,
    cluster: fields.text("cluster"),
    member,
    directory: resolve(folder, fields.text("directory")),
    members,
    voters: fields.has("joins") && fields.boolean("joins") ? [] : members.map(({ id }) => id),
    ...(fields.has("admin") ? { admin: addressAt(fields, "admin") } : {}),
    security: securityAt(fields.object("security"), folder),
    ...(fields.has("machine") ? { machine: resolve(folder, fields.text("machine")) } : {}),
    quotaBytes: fields.has("quotaBytes") ? fields.number("quotaBytes", 1, Number.MAX_SAFE_INTEGER) : quotaBytesDefault,
    ...(fields.has("snapshotEvery") ? { snapshotEvery: fields.number("snapshotEvery", 10, snapshotEveryMax) } : {}),
  };
  fields.noOthers();
  return configuration;
};
