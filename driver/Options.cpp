#include "driver/Options.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <sstream>

namespace gene::driver {
namespace {

namespace po = boost::program_options;

po::options_description describe(Span<const OptionSpec> specs) {
  po::options_description description("Options", 100);
  for (const OptionSpec& spec : specs) {
    if (spec.value)
      description.add_options()(
          spec.names, po::value<std::vector<std::string>>()->value_name(spec.value), spec.help);
    else
      description.add_options()(spec.names, spec.help);
  }
  return description;
}

const OptionSpec* find(Span<const OptionSpec> specs, std::string_view name) {
  for (const OptionSpec& spec : specs) {
    const std::string_view names = spec.names;
    const size_t comma = names.find(',');
    if (names.substr(0, comma) == name) return &spec;
    if (comma != std::string_view::npos && names.substr(comma + 1) == name) return &spec;
  }
  return nullptr;
}

std::string longName(const OptionSpec& spec) {
  const std::string_view names = spec.names;
  return std::string(names.substr(0, names.find(',')));
}

Status split(Span<const OptionSpec> specs, Span<const std::string> args, Positionals positionals,
             Options& result) {
  for (size_t i = 0; i < args.size(); i++) {
    const std::string& word = args[i];
    if (word == "--") {
      result.positional.insert(result.positional.end(), args.begin() + i + 1, args.end());
      break;
    }
    if (word.size() < 2 || word[0] != '-') {
      if (positionals == Positionals::StopAtFirst) {
        result.positional.insert(result.positional.end(), args.begin() + i, args.end());
        break;
      }
      result.positional.push_back(word);
      continue;
    }
    std::string name = word.substr(word.starts_with("--") ? 2 : 1);
    std::string value;
    const size_t equals = name.find('=');
    bool hasValue = equals != std::string::npos;
    if (hasValue) {
      value = name.substr(equals + 1);
      name.resize(equals);
    }
    const OptionSpec* spec = find(specs, name);
    if (!spec && word[1] != '-' && !hasValue) {
      spec = find(specs, name.substr(0, 1));  // -O2
      if (spec && !spec->value) spec = nullptr;
      if (spec) {
        hasValue = true;
        value = name.substr(1);
      }
    }
    if (!spec) {
      result.unknown.push_back(word);
      continue;
    }
    const bool mayLackValue = spec->value && spec->value[0] == '[' && spec->value[1] == '=';
    if (spec->value && !hasValue && !mayLackValue) {
      if (i + 1 == args.size()) return Failure{word + " requires a value"};
      value = args[++i];
    }
    std::vector<std::string>& values = result.given[longName(*spec)];
    if (spec->value && !(mayLackValue && !hasValue)) values.push_back(std::move(value));
  }
  return {};
}

}  // namespace

std::string Options::get(const std::string& name, std::string otherwise) const {
  auto it = given.find(name);
  return it == given.end() || it->second.empty() ? std::move(otherwise) : it->second.back();
}

std::vector<std::string> Options::all(const std::string& name) const {
  auto it = given.find(name);
  return it == given.end() ? std::vector<std::string>{} : it->second;
}

Expected<Options> parseOptions(Span<const OptionSpec> specs, Span<const std::string> args,
                               Positionals positionals) {
  Options result;
  Status status = split(specs, args, positionals, result);
  if (!status) return Failure{status.message()};
  return result;
}

std::string optionsHelp(Span<const OptionSpec> specs) {
  std::ostringstream out;
  out << describe(specs);
  return out.str();
}

}  // namespace gene::driver
