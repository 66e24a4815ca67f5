#pragma once
// The classes of a program that are known while compiling: those whose forms run before anything else in the main
// module's body. For a closed program nothing can change them later, so methods are what they are found to be.
//
// A class is followed by the classes below it when `number-classes` has numbered them: a class and all its subclasses
// are a range of numbers, and ir::Type says which classes instances are of by such a range.

#include <deque>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "codegen/ir/Ir.h"

namespace gene {

struct KnownClass {
  Symbol name;
  ir::Instruction* made = nullptr;  // class.new
  const ir::Global* global = nullptr;
  KnownClass* parent = nullptr;  // null: Object
  std::vector<KnownClass*> children;
  uint16_t number = 0, last = 0;  // of the class, and of the last class below it; 0: not numbered
  bool isNumberable = false;      // no class made at run time is below its root
  bool isInstantiated = false;    // there may be instances of exactly this class
  std::vector<Symbol> layout;
  std::vector<uint32_t>
      fields;  // by place in the layout: the number of the field, one for a class and those below
  uint64_t certain =
      0;  // by place in the layout: has a value whenever code can see an instance of exactly this class
  /// Own ones. Null: a constructor or method that is not known.
  std::optional<ir::Function*> ctor;
  std::unordered_map<Symbol, ir::Function*> methods;
  struct Declaration {
    const Form* type;  // null: any
    bool readonly;
  };
  std::unordered_map<Symbol, Declaration> declarations;

  /// Instances of this class or one below.
  [[nodiscard]] ir::Type instances() const { return ir::Type::instanceOf(number, last); }
  [[nodiscard]] ir::Type exactInstances() const { return ir::Type::instanceOf(number, number); }
  /// The place of a field in the layout, or -1.
  [[nodiscard]] int placeOf(Symbol field) const;
  [[nodiscard]] bool isCertain(int place) const { return certain >> place & 1; }
  /// The declaration here or above, or null.
  [[nodiscard]] const Declaration* declarationOf(Symbol field) const;
  /// The method, the constructor that an instance answers with: none; not known (null); the function.
  [[nodiscard]] std::optional<ir::Function*> findMethod(Symbol method) const;
  [[nodiscard]] std::optional<ir::Function*> findConstructor() const;
};

class KnownClasses {
 public:
  /// What is found out: the classes, their members and what they are below; also what instances, fields and callers of
  /// methods there are.
  enum class Extent : uint8_t { Definitions, All };
  explicit KnownClasses(ir::Program& program, Extent extent = Extent::All);

  /// Those with a number, by number.
  [[nodiscard]] const std::vector<const KnownClass*>& numbered() const { return numbered_; }
  [[nodiscard]] const KnownClass* numbered(uint16_t number) const { return byNumber_[number]; }
  /// In the order in which they are made.
  [[nodiscard]] std::deque<KnownClass>& all() { return classes_; }
  /// The class that a value is, if it is known; the value, not an instance.
  [[nodiscard]] KnownClass* classOf(const ir::Value* value) const;
  /// The numbered classes that instances of this type can be of; nothing if there may be others.
  [[nodiscard]] std::optional<std::vector<const KnownClass*>> classesOf(ir::Type type) const;
  /// Those with instances.
  [[nodiscard]] std::optional<std::vector<const KnownClass*>> instantiatedClassesOf(
      ir::Type type) const;
  /// The numbered class with this name, if there is no other class of that name.
  [[nodiscard]] const KnownClass* named(Symbol name) const;
  /// What `self` is in a method or constructor: a type of instances, or any value.
  [[nodiscard]] ir::Type selfOf(const ir::Function& function) const;
  /// Is it a method or constructor that nothing can find at run time? Then `call.known` is all that calls it.
  [[nodiscard]] bool isHidden(const ir::Function& function) const {
    return hidden_.contains(&function);
  }
  /// Numbers of fields are below this.
  [[nodiscard]] uint32_t fieldCount() const { return fieldCount_; }

 private:
  void findCaptures();
  bool isClosed() const;
  void findClasses();
  void findMembers(ir::Instruction& inst);
  void closeTrees();
  void findInstantiated();
  void findSelves();
  void findHidden();

  ir::Program& program_;
  std::deque<KnownClass> classes_;
  std::vector<const KnownClass*> numbered_;
  std::vector<KnownClass*> byNumber_;  // [0] is null
  std::unordered_map<const ir::Instruction*, KnownClass*> byMade_;
  std::unordered_map<const ir::Global*, KnownClass*> byGlobal_;
  std::unordered_map<Symbol, const KnownClass*> byName_;  // null: several
  /// For each function and capture: what all closures have there, where that is a class.
  std::unordered_map<const ir::Function*, std::vector<KnownClass*>> captured_;
  std::unordered_map<const ir::Function*, ir::Type> selves_;
  std::unordered_set<const ir::Function*> hidden_;
  std::unordered_set<const ir::Instruction*> members_;  // of the classes: all that were looked at
  uint32_t fieldCount_ = 0;
};

/// Finds which fields have a value whenever code can see an instance: KnownClass::certain. Marks, if `initialised` is
/// given, the field assignments of constructors that give the next field of the layout its first value.
void analyseConstructors(KnownClasses& classes,
                         std::unordered_map<ir::Instruction*, uint32_t>* initialised = nullptr);

}  // namespace gene
