import type { Command } from "commander";
import { scenarios } from "../../scenarios/index.ts";
import type { Scenario } from "../../simulate/index.ts";
import { usage } from "../cli-error.ts";
import { referenceIds } from "../search/reference-models.ts";
import { print } from "../terminal.ts";

/** What a shell needs to know of one command. */
interface Words {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly { readonly flag: string; readonly text: string; readonly choices: readonly string[] }[];
  /** What its first argument may be, beside files. */
  readonly ids: readonly string[];
}

const withScenario: ReadonlySet<string> = new Set(["run", "lab", "matrix"]);

const labIds: readonly string[] = (scenarios as unknown as readonly Scenario[]).map(({ id }) => id);

const idsFor = (command: string): readonly string[] => {
  if (command === "explore") return [...labIds, ...referenceIds];
  return withScenario.has(command) ? labIds : [];
};

const wordsOf = (program: Command): readonly Words[] =>
  program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    options: command.options.map(({ long, description, argChoices }) => ({
      flag: long ?? "",
      text: description,
      choices: argChoices ?? [],
    })),
    ids: [...idsFor(command.name()), ...command.commands.map((part) => part.name())],
  }));

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const bash = (words: readonly Words[]): string => {
  const cases = words.map(({ name, options, ids }) => {
    const flags = [...options.map(({ flag }) => flag), "--help"].join(" ");
    return `    ${name}) words=${quoted([flags, ...ids].join(" "))} ;;`;
  });
  const values = words.flatMap(({ options }) =>
    options.flatMap(({ flag, choices }) =>
      choices.length === 0 ? [] : [`    ${flag}) words=${quoted(choices.join(" "))} ;;`],
    ),
  );
  return `# quorate: add to ~/.bashrc:  source <(npx quorate completion bash)
_quorate() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    *) words=${quoted(["--help", "--version"].join(" "))} ;;
  esac
  [ "$COMP_CWORD" = 1 ] && words=${quoted(words.map(({ name }) => name).join(" "))}
  case "$previous" in
${[...new Set(values)].join("\n")}
    --trace|--out|--html) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _quorate quorate
`;
};

const zsh = (words: readonly Words[]): string => {
  const withoutBrackets = (text: string): string => text.replaceAll(/[[\]:']/g, " ");
  const cases = words.map(({ name, options, ids }) => {
    const flags = options.map(({ flag, text, choices }) =>
      quoted(`*${flag}[${withoutBrackets(text)}]${choices.length === 0 ? "" : `:value:(${choices.join(" ")})`}`),
    );
    const argument = ids.length > 0 ? quoted(`*:scenario:(${ids.join(" ")})`) : quoted("*:file:_files");
    return `    ${name}) _arguments ${[...flags, argument].join(" ")} ;;`;
  });
  return `#compdef quorate
# quorate: add to ~/.zshrc, after compinit:  source <(npx quorate completion zsh)
_quorate() {
  local -a commands
  commands=(${words.map(({ name, summary }) => quoted(`${name}:${withoutBrackets(summary)}`)).join(" ")})
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local command="\${words[2]}"
  shift words; (( CURRENT-- ))
  case "$command" in
${cases.join("\n")}
  esac
}
compdef _quorate quorate
`;
};

const fish = (words: readonly Words[]): string => {
  const lines = words.flatMap(({ name, summary, options, ids }) => [
    `complete -c quorate -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
    ...options.map(
      ({ flag, text, choices }) =>
        `complete -c quorate -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)} -d ${quoted(text)}${choices.length === 0 ? "" : ` -x -a ${quoted(choices.join(" "))}`}`,
    ),
    ...(ids.length > 0
      ? [`complete -c quorate -n '__fish_seen_subcommand_from ${name}' -a ${quoted(ids.join(" "))}`]
      : []),
  ]);
  return `# quorate: save as ~/.config/fish/completions/quorate.fish\n${lines.join("\n")}\n`;
};

const shells: { readonly [shell: string]: (words: readonly Words[]) => string } = {
  bash,
  zsh,
  fish,
};

/** `quorate completion`. */
export const completion = (shell: string, program: Command): number => {
  const write = shells[shell];
  if (write === undefined)
    throw usage(`there are completions for ${Object.keys(shells).join(", ")}, not for "${shell}".`);
  print(write(wordsOf(program)));
  return 0;
};
