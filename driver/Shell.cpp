// gene completions, gene man: what shells and `man` want to know, from the tables of commands and options.

#include <cstdio>

#include "driver/Command.h"

namespace gene::driver {
namespace {

std::string_view longName(const OptionSpec& spec) {
  const std::string_view names = spec.names;
  return names.substr(0, names.find(','));
}
std::string shortName(const OptionSpec& spec) {
  const std::string_view names = spec.names;
  const size_t comma = names.find(',');
  return comma == std::string_view::npos ? "" : std::string(names.substr(comma + 1));
}
/// A text between single quotes of a shell.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}
/// What stands for a value that is one of a few words: "a|b|c".
bool isChoice(const OptionSpec& spec) {
  return spec.value && std::string_view(spec.value).find('|') != std::string_view::npos &&
         std::string_view(spec.value).find('[') == std::string_view::npos;
}
std::string words(std::string_view choices) {
  std::string out(choices);
  for (char& c : out)
    if (c == '|') c = ' ';
  return out;
}

std::string bash() {
  std::string commands, cases;
  for (const CommandRow& row : commandRows()) {
    commands += std::string(row.name) + " ";
    std::string options, values;
    for (const OptionSpec& spec : optionsOf(row)) {
      options += "--" + std::string(longName(spec)) + " ";
      if (isChoice(spec))
        values += "        --" + std::string(longName(spec)) + ") COMPREPLY=($(compgen -W " +
                  quoted(words(spec.value)) + " -- \"$word\")); return;;\n";
    }
    cases += "    " + std::string(row.name) +
             (row.alias.empty() ? "" : "|" + std::string(row.alias)) + ")\n" +
             (values.empty() ? "" : "      case \"$before\" in\n" + values + "      esac\n") +
             "      options=" + quoted(options) + ";;\n";
  }
  return "# bash completion for gene: source it, or put it to "
         "/usr/share/bash-completion/completions/gene\n"
         "_gene() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options=''\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    COMPREPLY=($(compgen -W " +
         quoted(commands + "help") +
         " -- \"$word\") $(compgen -f -X '!*.gene' -- \"$word\"))\n"
         "    return\n"
         "  fi\n"
         "  case ${COMP_WORDS[1]} in\n"
         "    help) COMPREPLY=($(compgen -W " +
         quoted(commands) + " -- \"$word\")); return;;\n" + cases +
         "  esac\n"
         "  if [[ $word == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
         "  else\n"
         "    COMPREPLY=($(compgen -f -- \"$word\"))\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _gene gene\n";
}

std::string zsh() {
  const auto text = [](std::string_view help) {
    std::string out;
    for (const char c : help)
      out += c == '[' || c == ']' || c == ':' ? std::string("\\") + c : std::string(1, c);
    return out;
  };
  std::string commands, cases;
  for (const CommandRow& row : commandRows()) {
    commands += "    " + quoted(std::string(row.name) + ":" + text(row.summary)) + "\n";
    cases += "    " + std::string(row.name) + ") _arguments";
    for (const OptionSpec& spec : optionsOf(row)) {
      std::string one = "--" + std::string(longName(spec)) + (spec.value ? "=" : "") + "[" +
                        text(spec.help) + "]";
      if (spec.value)
        one += ":" + text(longName(spec)) + ":" +
               (isChoice(spec) ? "(" + words(spec.value) + ")" : "_files");
      cases += " " + quoted(one);
    }
    cases += " '*:file:_files';;\n";
  }
  return "#compdef gene\n"
         "# zsh completion for gene: put it to a folder of $fpath as _gene\n"
         "local -a commands\n"
         "commands=(\n" +
         commands +
         "    'help:this text'\n)\n"
         "if (( CURRENT == 2 )); then\n"
         "  _describe command commands\n"
         "  _files -g '*.gene'\n"
         "else\n"
         "  local command=${words[2]}\n"
         "  shift words\n"
         "  (( CURRENT-- ))\n"
         "  case $command in\n" +
         cases + "  esac\nfi\n";
}

std::string fish() {
  std::string out = "# fish completion for gene: put it to ~/.config/fish/completions/gene.fish\n";
  for (const CommandRow& row : commandRows()) {
    out += "complete -c gene -n __fish_use_subcommand -a " + std::string(row.name) + " -d " +
           quoted(row.summary) + "\n";
    for (const OptionSpec& spec : optionsOf(row)) {
      out += "complete -c gene -n '__fish_seen_subcommand_from " + std::string(row.name) + "' -l " +
             std::string(longName(spec));
      if (const std::string letter = shortName(spec); !letter.empty()) out += " -s " + letter;
      if (spec.value) out += isChoice(spec) ? " -x -a " + quoted(words(spec.value)) : " -r";
      out += " -d " + quoted(spec.help) + "\n";
    }
  }
  return out;
}

/// A text of roff: no line of it is a request, hyphens are what is typed.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n'))
      out += std::string("\\&") + c;
    else
      out += c;
  }
  return out;
}

std::string manualPage() {
  std::string out = ".TH GENE 1 \"\" \"gene " GENE_VERSION
                    "\" \"User Commands\"\n"
                    ".SH NAME\ngene \\- compiler and virtual machine for the Gene language\n"
                    ".SH SYNOPSIS\n.B gene\n.I COMMAND\n[options] [arguments]\n.br\n.B gene\n.I "
                    "FILE.gene\n[arguments]\n"
                    ".SH DESCRIPTION\nRuns programs of the Gene language on a virtual machine, "
                    "compiles them to native executables, "
                    "and has the tools around that.\nA file alone is run.\n"
                    ".SH COMMANDS\n";
  for (const CommandRow& row : commandRows()) {
    out +=
        ".SS gene " + roff(row.name) + " " + roff(row.arguments) + "\n" + roff(row.summary) + ".\n";
    if (!row.alias.empty()) out += "Also:\n.BR \"gene " + roff(row.alias) + "\" .\n";
    for (const OptionSpec& spec : optionsOf(row)) {
      const std::string letter = shortName(spec);
      out += ".TP\n.B " + (letter.empty() ? "" : roff("-" + letter) + ", ") +
             roff("--" + std::string(longName(spec)));
      out += spec.value ? " \\fI" + roff(spec.value) + "\\fR\n" : "\n";
      out += roff(spec.help) + "\n";
    }
  }
  return out +
         ".SH EXIT STATUS\n0: success; 1: a failure; 2: wrong usage, or what the program says.\n"
         ".SH ENVIRONMENT\n"
         ".TP\n.B GENE_STACK_SIZE\naddress space for the stack, like 64M\n"
         ".TP\n.B GENE_ERROR_FORMAT\nhuman, gene or json\n"
         ".TP\n.B GENE_HISTORY\nwhere gene repl keeps its history\n"
         ".TP\n.B GENE_PACKAGE_PATH\nfolders with packages, separated by colons\n";
}

}  // namespace

int completions(Arguments args) {
  static const std::vector<OptionSpec> specs = {{"help,h", nullptr, "this text"}};
  Options options;
  if (const auto code = readCommandLine("completions", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Misuse, options))
    return *code;
  const std::string shell = options.positional.size() == 1 ? options.positional[0] : "";
  if (shell != "bash" && shell != "zsh" && shell != "fish")
    return misuse("Invalid shell '" + shell + "'. Must be: bash, zsh, or fish");
  const Status status = writeFile("-", shell == "bash" ? bash() : shell == "zsh" ? zsh() : fish());
  return status ? Success : fail(status.message());
}

int manual(Arguments args) {
  static const std::vector<OptionSpec> specs = {{"help,h", nullptr, "this text"}};
  Options options;
  if (const auto code = readCommandLine("man", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Misuse, options))
    return *code;
  const Status status = writeFile("-", manualPage());
  return status ? Success : fail(status.message());
}

}  // namespace gene::driver
