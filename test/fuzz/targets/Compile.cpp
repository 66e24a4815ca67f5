// Source text through the compiler: to IR that keeps its rules after each pass, and to an image.

#include <string>

#include "codegen/compile/KnownBuiltins.h"
#include "codegen/compile/Session.h"
#include "codegen/ir/Verifier.h"
#include "runtime/Runtime.h"
#include "test/fuzz/targets/Target.h"

namespace gene::fuzz {

// The first byte says the level, and for which engine.
TARGET(ir) {
  static Context* const names = createContext({});
  useKnownBuiltins();
  Choices choices(input);
  const auto how = static_cast<int>(choices.take(1));
  Session session;
  session.options.names = names;
  session.options.level = how & 3;
  session.options.native = (how & 4) != 0;
  session.options.verify = true;
  session.options.language = LanguageOptions::of(static_cast<uint32_t>(how) >> 3);
  const auto program = session.compile(session.sources.add("<fuzz>", std::string(choices.rest())));
  static_cast<void>(session.report(ErrorFormat::Human));
  if (!program) return;
  const std::vector<std::string> problems = ir::verify(*program);
  if (!problems.empty()) isBroken("what is compiled keeps the rules of IR", problems[0]);
  if (!session.options.native) static_cast<void>(compileToImage(*program));
}

}  // namespace gene::fuzz
