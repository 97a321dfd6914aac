import { type Command, Option } from "commander";
import { usage } from "./cli-error.ts";
import { dataDefault } from "./cluster/cluster-flags.ts";
import type { Finish } from "./common-options.ts";
import { addressOption, list, secondsOption, wholeNumber } from "./option-values.ts";

const exitCodes = `
Exit codes: 0 done, 1 the key was not there or had another value (status:
replicas have unlike states), 64 bad usage or input, 74 the disk failed or holds
damage, 75 no replica answered in time, 70 a fault of ours, 130 interrupted by
Ctrl-C.`;

const memberMax = 1_000;
const idOption = wholeNumber(0, memberMax);

/** The options that say which cluster is meant. */
const addClusterOptions = (command: Command): Command =>
  command
    .addOption(new Option("--data <DIR>", "the directory of `quorate up`").default(dataDefault))
    .option("--cluster <FILE>", "the file of another cluster for its clients")
    .option("--json", "print JSON");

const addUp = (program: Command, finish: Finish): void => {
  program
    .command("up")
    .summary("start a cluster on this machine, on disk, over mutual TLS")
    .description(
      "Starts a cluster on this machine, each replica a process of its own, and keeps it until Ctrl-C. The first time it makes the directory with certificates and ports; then it starts what is there. If the cluster runs already, it says so.",
    )
    .addOption(new Option("--replicas <N>", "how many, when the cluster is made (3)").choices(["1", "3", "5"]))
    .addOption(new Option("--data <DIR>", "where its files are").default(dataDefault))
    .option("--machine <FILE>", "a state machine of your own, which FILE exports, instead of the key-value store")
    .option("--restart", "start a replica again that ended")
    .option("--json", "print JSON once the cluster has a leader")
    .addHelpText("after", exitCodes)
    .action(async (flags) =>
      finish(
        await (await import("./commands/up.ts")).up({
          ...flags,
          ...(flags.replicas === undefined ? {} : { replicas: Number(flags.replicas) }),
        }),
      ),
    );
};

const addServe = (program: Command, finish: Finish): void => {
  program
    .command("serve")
    .summary("run one replica of a cluster")
    .description(
      "Runs one replica until SIGTERM or SIGINT, which stop it cleanly. SIGHUP reads the certificates again; a change of their files is noticed too.",
    )
    .requiredOption("--config <FILE>", "the file of the replica, such as `quorate up` makes")
    .addHelpText("after", exitCodes)
    .action(async (flags) => finish(await (await import("./commands/serve.ts")).serve(flags)));
};

const timeoutOption = (): Option =>
  new Option("--timeout <SECONDS>", "how long to wait for an answer").argParser(secondsOption).default(10);

const addKeyValue = (program: Command, finish: Finish): void => {
  const kv = program
    .command("kv")
    .summary("read and write keys of a cluster")
    .description(
      "Reads and writes keys. Writes take effect once at most; reads are linearizable unless told otherwise.",
    )
    .addHelpText("after", `${exitCodes}\n\nExample: quorate kv put greeting hello`);
  const load = () => import("./commands/kv.ts");
  addClusterOptions(kv.command("put").summary("set a key").argument("<KEY>").argument("<VALUE>"))
    .addOption(timeoutOption())
    .action(async (key, value, flags) => finish(await (await load()).put(key, value, flags)));
  addClusterOptions(kv.command("get").summary("print the value of a key").argument("<KEY>"))
    .option("--serializable", "what one replica has, maybe old, without asking the others")
    .option("--prefix", "all keys that begin with KEY, with their values")
    .addOption(new Option("--limit <N>", "of these at most N").argParser(wholeNumber(1, 1e9)))
    .addOption(timeoutOption())
    .action(async (key, flags) => finish(await (await load()).get(key, flags)));
  addClusterOptions(kv.command("del").summary("delete a key").argument("<KEY>"))
    .addOption(timeoutOption())
    .action(async (key, flags) => finish(await (await load()).del(key, flags)));
  addClusterOptions(
    kv
      .command("cas")
      .summary("set a key if it has the value that is expected")
      .argument("<KEY>")
      .argument("<EXPECTED>", "the value that it must have; with --absent leave it out")
      .argument("[NEW]"),
  )
    .option("--absent", "only if the key is not there: quorate kv cas KEY NEW --absent")
    .addOption(timeoutOption())
    .action(async (key, expected, value, flags) => {
      const { cas } = await load();
      const isAbsent = flags.absent === true;
      if (isAbsent === (value !== undefined))
        throw usage(
          isAbsent
            ? "with --absent there is no value to expect: quorate kv cas KEY NEW --absent"
            : "the new value is missing: quorate kv cas KEY EXPECTED NEW, or KEY NEW --absent where there is none",
        );
      finish(await cas(key, isAbsent ? null : expected, isAbsent ? expected : value, flags));
    });
};

const addStatus = (program: Command, finish: Finish): void => {
  addClusterOptions(
    program
      .command("status")
      .summary("show how the replicas of a cluster stand")
      .description(
        "Shows who leads, how far each replica is, and the hash of its state. Hashes are comparable where the replicas stand at the same index, for which the command waits a moment.",
      ),
  )
    .addHelpText("after", exitCodes)
    .action(async (flags) => finish(await (await import("./commands/status.ts")).status(flags)));
};

const addMember = (program: Command, finish: Finish): void => {
  const member = program
    .command("member")
    .summary("list, add, promote or remove replicas, or hand the leadership over")
    .description(
      "Changes who takes part, one change at a time. A new replica is added as a learner, started with its own file (in which joins is true), and promoted once it has caught up.",
    )
    .addHelpText("after", exitCodes);
  const load = () => import("./commands/member.ts");
  addClusterOptions(member.command("list").summary("who takes part")).action(async (flags) =>
    finish(await (await load()).list(flags)),
  );
  addClusterOptions(member.command("add").summary("add a learner").argument("<ID>", "a new id", idOption))
    .requiredOption("--peer <HOST:PORT>", "where the other replicas reach it", addressOption)
    .requiredOption("--client <HOST:PORT>", "where clients reach it", addressOption)
    .action(async (id, flags) => finish(await (await load()).add(id, flags)));
  addClusterOptions(
    member.command("promote").summary("let a learner vote").argument("<ID>", "its id", idOption),
  ).action(async (id, flags) => finish(await (await load()).promote(id, flags)));
  addClusterOptions(member.command("remove").summary("remove a replica").argument("<ID>", "its id", idOption)).action(
    async (id, flags) => finish(await (await load()).remove(id, flags)),
  );
  addClusterOptions(
    member.command("lead").summary("hand the leadership over").argument("<ID>", "to which voter", idOption),
  ).action(async (id, flags) => finish(await (await load()).lead(id, flags)));
};

const addCerts = (program: Command, finish: Finish): void => {
  program
    .command("certs")
    .summary("make a local authority and certificates for replicas and clients")
    .description(
      "Makes a local authority, if the folder has none, and a certificate for each replica and client. A certificate names cluster and member, and both are checked on every connection.",
    )
    .argument("<DIR>", "the folder for the files")
    .requiredOption("--cluster <NAME>", "the name of the cluster")
    .addOption(
      new Option("--members <IDS>", "ids of replicas, with commas").argParser(list(idOption)).default([0, 1, 2]),
    )
    .addOption(
      new Option("--clients <NAMES>", "names of clients, with commas").argParser(list(String)).default(["client"]),
    )
    .addOption(
      new Option("--days <N>", "how long they are valid, a new authority ten times as long")
        .argParser(wholeNumber(1, 3_650))
        .default(365),
    )
    .option("--json", "print JSON")
    .addHelpText("after", exitCodes)
    .action(async (folder, flags) => finish(await (await import("./commands/certs.ts")).certs(folder, flags)));
};

const addLog = (program: Command, finish: Finish): void => {
  const log = program.command("log").summary("look into the log of a replica");
  log
    .command("dump")
    .summary("print what lies in the log of a replica")
    .description(
      "Prints segments, batches and writes of a replica's log, oldest first. It is only read, and damage is said where it lies. Values are shown with --values alone: they are your data.",
    )
    .argument("<PATH>", "the data directory of a replica, or its file")
    .option("--values", "show records and entries, not only their length")
    .option("--json", "print JSON lines")
    .addHelpText("after", exitCodes)
    .action(async (path, flags) => finish(await (await import("./commands/log-dump.ts")).logDump(path, flags)));
};

/** Adds the commands that run a cluster and ask it. */
export const addClusterCommands = (program: Command, finish: Finish): void => {
  for (const add of [addUp, addServe, addKeyValue, addStatus, addMember, addLog, addCerts]) add(program, finish);
};
