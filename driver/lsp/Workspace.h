#pragma once
// The documents that are open and the files beside them, and what a name in one of them means.

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "driver/lsp/Document.h"

namespace gene::lsp {

/// What stands under the cursor.
struct Target {
  enum class Kind : uint8_t {
    None,
    Local,    // a variable of a function or block
    Module,   // a definition of a module
    Method,   // .name: of whatever class
    Member,   // /name: a field, a variant, a member of a namespace
    Builtin,  // a built-in function or class, perhaps by path
    Form,     // a special form or a word of one
  };
  Kind kind = Kind::None;
  std::string name;                        // Builtin: the whole path
  Range range;                             // of the name
  const Document* document = nullptr;      // where it is defined: Local, Module
  const Definition* definition = nullptr;  // Module
  Range declaration;                       // Local, Module
};

struct Occurrence {
  const Document* document;
  Range range;
  bool isDeclaration = false;
};

class Workspace {
 public:
  explicit Workspace(Context* names) : names_(names) {}

  void setRoot(std::string root) { root_ = std::move(root); }
  const Document& open(const std::string& uri, std::string text, int64_t version);
  void close(const std::string& uri);
  /// The open document with this URI; null without one.
  [[nodiscard]] const Document* document(const std::string& uri) const;
  /// The open document of a file, or the file as it is; null if it cannot be read.
  const Document* file(const std::string& path);
  /// Open documents and the sources below the root folder.
  std::vector<const Document*> all();
  [[nodiscard]] std::vector<const Document*> openDocuments() const;
  const Document::Analysis& analysis(const Document& document);
  [[nodiscard]] Context* names() const { return names_; }

  Target targetAt(const Document& document, size_t offset);
  /// Where the target is named: its declaration first, in the documents that may know it.
  std::vector<Occurrence> occurrences(const Target& target);
  /// Definitions of methods or members with this name, in all documents.
  std::vector<Occurrence> definitionsOf(std::string_view name, bool isMethod);
  /// The module that an import form leads to; null without one.
  const Document* imported(const Document& document, const Form* importForm);
  /// The definition behind an import, in the other module; null without one.
  const Definition* behindImport(const Document& document, const Definition& import,
                                 const Document** other);

 private:
  Target targetOfName(const Document& document, std::string_view name, Range range);
  void occurrencesIn(const Document& document, std::string_view name, const Target& target,
                     std::vector<Occurrence>& found);

  Context* const names_;
  std::string root_;
  std::map<std::string, std::unique_ptr<Document>> open_;
  struct File {
    std::filesystem::file_time_type time;
    std::unique_ptr<Document> document;
  };
  std::map<std::string, File> files_;
};

/// The range of the name that is declared at `loc`: there, or in the form that begins there.
Range nameRange(const Document& document, Location loc, std::string_view name);
/// Calls visit(definition, container) for all definitions, the inner ones, too.
template <class F>
void forEachDefinition(const std::vector<Definition>& all, const Definition* container, F&& visit) {
  for (const Definition& d : all) {
    visit(d, container);
    forEachDefinition(d.children, &d, visit);
  }
}

}  // namespace gene::lsp
