import { leaderIn, readClusterFile, ServiceConnection, setClusterMember } from "../../service/index.ts";
import { usage } from "../cli-error.ts";
import { type ClusterFlags, clusterFileOf } from "../cluster/cluster-flags.ts";
import { complain, print, printJson } from "../terminal.ts";

type Connection = ServiceConnection<unknown, unknown, unknown, unknown>;

const withConnection = async (flags: ClusterFlags, use: (connection: Connection) => Promise<void>): Promise<number> => {
  await using connection: Connection = await ServiceConnection.open({ cluster: clusterFileOf(flags) });
  await use(connection);
  return 0;
};

const configurationOf = async (connection: Connection) => {
  const reports = [...(await connection.status()).values()].filter((report) => report !== null);
  const leader = leaderIn(reports) ?? reports[0];
  if (leader === undefined) throw usage("no replica answers");
  return leader.configuration;
};

const say = (flags: ClusterFlags, text: string): void => {
  if (flags.json === true) printJson({ done: true });
  else print(`${text}\n`);
};

interface Member {
  readonly id: number;
  readonly kind: "voter" | "learner" | "leaving";
}

const membersOf = async (connection: Connection): Promise<readonly Member[]> => {
  const { voters, votersOutgoing, learners } = await configurationOf(connection);
  return [...new Set([...voters, ...votersOutgoing, ...learners])]
    .sort((one, other) => one - other)
    .map((id) => ({ id, kind: voters.includes(id) ? "voter" : learners.includes(id) ? "learner" : "leaving" }));
};

/** What a replica is, which must take part. */
const memberAt = async (connection: Connection, id: number): Promise<Member> => {
  const members = await membersOf(connection);
  const found = members.find((member) => member.id === id);
  if (found === undefined)
    throw usage(`there is no replica ${id}; those that take part are ${members.map((member) => member.id).join(", ")}`);
  return found;
};

/** `quorate member list`. */
export const list = (flags: ClusterFlags): Promise<number> =>
  withConnection(flags, async (connection) => {
    const members = await membersOf(connection);
    if (flags.json === true) printJson({ members });
    else for (const { id, kind } of members) print(`${id}\t${kind}\n`);
  });

/** Clients that start from now on know where the member is: one that they do not know they cannot follow when it leads. */
const tellClients = (flags: ClusterFlags, id: number, client: string | null): void => {
  const file = clusterFileOf(flags);
  try {
    setClusterMember(file, id, client);
  } catch (error) {
    // The cluster has changed all the same.
    complain(`quorate: done, but ${file} cannot be written (${(error as Error).message}): change its members by hand.`);
  }
};

/** `quorate member add ID --peer HOST:PORT --client HOST:PORT`: as a learner, which gets the log and does not count. */
export const add = (
  id: number,
  flags: ClusterFlags & { readonly peer: string; readonly client: string },
): Promise<number> =>
  withConnection(flags, async (connection) => {
    // It would have another address from then on, and a voter would be one no more.
    if ((await membersOf(connection)).some((member) => member.id === id))
      throw usage(`replica ${id} takes part already: a new replica has an id that none had before`);
    await connection.setAddress(id, { peer: flags.peer, client: flags.client });
    await connection.changeMembers({ learners: [id] });
    tellClients(flags, id, flags.client);
    say(flags, `replica ${id} is a learner; promote it when it has caught up`);
  });

/** `quorate member promote ID`: a learner becomes a voter. */
export const promote = (id: number, flags: ClusterFlags): Promise<number> =>
  withConnection(flags, async (connection) => {
    await memberAt(connection, id);
    await connection.changeMembers({ voters: [id] });
    say(flags, `replica ${id} votes`);
  });

/** `quorate member remove ID`. */
export const remove = (id: number, flags: ClusterFlags): Promise<number> =>
  withConnection(flags, async (connection) => {
    // Asked once more, since it did not come to its end: what is left of it is done.
    if (!readClusterFile(clusterFileOf(flags)).members.some((member) => member.id === id))
      await memberAt(connection, id);
    await connection.changeMembers({ removed: [id] });
    await connection.setAddress(id, null);
    tellClients(flags, id, null);
    say(flags, `replica ${id} is no member any more: stop it, and never start it again`);
  });

/** `quorate member lead ID`: hands the leadership over. */
export const lead = (id: number, flags: ClusterFlags): Promise<number> =>
  withConnection(flags, async (connection) => {
    const { kind } = await memberAt(connection, id);
    if (kind !== "voter") throw usage(`replica ${id} cannot lead: it does not vote`);
    if (leaderIn([...(await connection.status()).values()])?.member !== id) await connection.transferLeadership(id);
    say(flags, `replica ${id} leads`);
  });
