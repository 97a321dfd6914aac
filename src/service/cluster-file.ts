import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { NodeId } from "../model/index.ts";
import type { Address, Security } from "../node/index.ts";
import { JsonFields } from "./json-fields.ts";
import { addressAt, memberMax, securityAt } from "./replica-configuration.ts";

/** How one replica is reached by clients, and by operators. */
export interface ClusterMember {
  readonly id: NodeId;
  readonly client: Address;
  readonly admin?: Address;
}

/** What a client must know of a cluster: the content of `cluster.json`, paths made absolute. */
export interface ClusterFile {
  readonly file: string;
  readonly cluster: string;
  readonly members: readonly ClusterMember[];
  /** The client's own certificate and key, and the authority of the cluster. */
  readonly security: Security;
}

const memberAt = (fields: JsonFields): ClusterMember => {
  const member = {
    id: fields.number("id", 0, memberMax),
    client: addressAt(fields, "client"),
    ...(fields.has("admin") ? { admin: addressAt(fields, "admin") } : {}),
  };
  fields.noOthers();
  return member;
};

/**
 * Reads the file that clients of a cluster are started with. Paths in it are relative to its folder.
 *
 * @throws ConfigurationError naming the field and what was expected.
 */
export const readClusterFile = (path: string): ClusterFile => {
  const file = resolve(path);
  const fields = JsonFields.of(file);
  fields.format();
  const cluster = {
    file,
    cluster: fields.text("cluster"),
    members: fields.objects("members").map(memberAt),
    security: securityAt(fields.object("security"), dirname(file)),
  };
  if (cluster.members.length === 0) throw fields.wrong("members", "a list of at least one member");
  fields.noOthers();
  return cluster;
};

/**
 * Writes into a file for clients where they reach a member from now on; null takes it out. All else stays as it is.
 *
 * @throws ConfigurationError where it is no such file.
 */
export const setClusterMember = (path: string, id: NodeId, client: string | null): void => {
  const { file } = readClusterFile(path);
  const content = JSON.parse(readFileSync(file, "utf8")) as { readonly members: readonly { readonly id: NodeId }[] };
  const others = content.members.filter((member) => member.id !== id);
  const members = client === null ? others : [...others, { id, client }];
  // Whole or not at all: a client may read it at this moment.
  writeFileSync(`${file}.new`, `${JSON.stringify({ ...content, members }, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
};
