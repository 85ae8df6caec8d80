// SPDX-License-Identifier: GPL-2.0-only
//
// guardcheck.cc - clang's thread-safety analysis for C structures, as a plugin of clang 14.
//
// In C++, `int x __attribute__((guarded_by(lock)))` names the lock of the same object. In C, clang cannot
// look a member up there. VMK_GUARDED_BY(lock) is therefore an annotation, which becomes here, as soon as its
// lock is declared, the attribute that C++ would have made of it: guarded_by(this->lock). The analysis is
// clang's own.
//
// It misses one thing in either language: that a pointer to something guarded is handed on, as each list
// operation does. Each function is therefore looked at a second time with such an `&` taken for a write.
//
//   clang -fplugin=guardcheck.so -DVMK_GUARDCHECK -Wthread-safety -fsyntax-only ...

#include <clang/AST/ASTConsumer.h>
#include <clang/AST/ASTContext.h>
#include <clang/AST/Attr.h>
#include <clang/AST/ExprCXX.h>
#include <clang/AST/RecursiveASTVisitor.h>
#include <clang/Analysis/Analyses/ThreadSafety.h>
#include <clang/Analysis/AnalysisDeclContext.h>
#include <clang/Basic/DiagnosticSema.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/FrontendPluginRegistry.h>
#include <llvm/ADT/StringExtras.h>

using namespace clang;

namespace
{

constexpr llvm::StringLiteral Prefix = "guarded_by:";

// Reports what the second look finds beyond the first: an address taken without its lock.
class AddressHandler : public threadSafety::ThreadSafetyHandler
{
  public:
    explicit AddressHandler(DiagnosticsEngine &Diags) : Diags(Diags)
    {
    }

    void handleMutexNotHeld(StringRef Kind, const NamedDecl *D,
                            threadSafety::ProtectedOperationKind Operation, Name Lock, threadSafety::LockKind,
                            SourceLocation Loc, Name *) override
    {
        if (Operation == threadSafety::POK_VarAccess && Addresses.count(Loc)) {
            Diags.Report(Loc, diag::warn_variable_requires_lock)
                << Kind << D << Lock << threadSafety::LK_Exclusive;
        }
    }

    llvm::DenseSet<SourceLocation> Addresses;

  private:
    DiagnosticsEngine &Diags;
};

// Finds each `&` of something guarded, but for those that only make a number of it: an event's name, say.
class AddressFinder : public RecursiveASTVisitor<AddressFinder>
{
  public:
    bool VisitCStyleCastExpr(CStyleCastExpr *Cast)
    {
        if (Cast->getType()->isIntegerType()) {
            Numbers.insert(Cast->getSubExpr()->IgnoreParens());
        }
        return true;
    }

    bool VisitUnaryOperator(UnaryOperator *Op)
    {
        if (Op->getOpcode() == UO_AddrOf && !Numbers.count(Op)) {
            const Expr *Of = wholeOf(Op->getSubExpr());
            const auto *Member = dyn_cast<MemberExpr>(Of);
            const auto *Variable = dyn_cast<DeclRefExpr>(Of);
            const ValueDecl *D = Member ? Member->getMemberDecl() : Variable ? Variable->getDecl() : nullptr;
            if (D && D->hasAttr<GuardedByAttr>()) {
                Found.push_back(Op);
            }
        }
        return true;
    }

    // What @p E is, or is an element of.
    static const Expr *wholeOf(const Expr *E)
    {
        E = E->IgnoreParens();
        while (const auto *Element = dyn_cast<ArraySubscriptExpr>(E)) {
            const auto *Decay = dyn_cast<ImplicitCastExpr>(Element->getBase());
            if (!Decay || Decay->getCastKind() != CK_ArrayToPointerDecay) {
                break;
            }
            E = Decay->getSubExpr()->IgnoreParens();
        }
        return E;
    }

    std::vector<UnaryOperator *> Found;

  private:
    llvm::DenseSet<const Expr *> Numbers;
};

class Consumer : public ASTConsumer
{
  public:
    explicit Consumer(CompilerInstance &CI) : Diags(CI.getDiagnostics())
    {
    }

    ~Consumer() override
    {
        threadSafety::threadSafetyCleanup(Before);
    }

    void Initialize(ASTContext &Context) override
    {
        Ctx = &Context;
    }

    void HandleTagDeclDefinition(TagDecl *Tag) override
    {
        if (auto *Record = dyn_cast<RecordDecl>(Tag)) {
            for (FieldDecl *Field : Record->fields()) {
                noteGuarded(Field);
            }
            resolvePending();
        }
    }

    bool HandleTopLevelDecl(DeclGroupRef Group) override
    {
        for (Decl *D : Group) {
            auto *Function = dyn_cast<FunctionDecl>(D);
            if (auto *Variable = dyn_cast<VarDecl>(D)) {
                noteGuarded(Variable);
                resolvePending();
            } else if (Function && Function->doesThisDeclarationHaveABody() &&
                       !Function->hasAttr<NoThreadSafetyAnalysisAttr>()) {
                checkAddresses(Function);
            }
        }
        return true;
    }

    void HandleTranslationUnit(ASTContext &) override
    {
        for (ValueDecl *D : Pending) {
            unsigned Id =
                Diags.getCustomDiagID(DiagnosticsEngine::Error, "the lock that guards '%0' is not declared");
            Diags.Report(D->getLocation(), Id) << D->getName();
        }
    }

  private:
    static AnnotateAttr *guardOf(ValueDecl *D)
    {
        auto *Note = D->getAttr<AnnotateAttr>();
        return Note && Note->getAnnotation().startswith(Prefix) ? Note : nullptr;
    }

    void noteGuarded(ValueDecl *D)
    {
        if (guardOf(D)) {
            Pending.push_back(D);
        }
    }

    // A path may lead through what is declared later.
    void resolvePending()
    {
        llvm::erase_if(Pending, [&](ValueDecl *D) {
            Expr *Lock = lockOf(D, guardOf(D));
            if (Lock) {
                D->addAttr(GuardedByAttr::Create(*Ctx, Lock, guardOf(D)->getRange()));
            }
            return Lock != nullptr;
        });
    }

    // What the annotation names: a path from the structure of the guarded member, or from a variable.
    Expr *lockOf(ValueDecl *D, AnnotateAttr *Note)
    {
        llvm::SmallVector<StringRef, 4> Path;
        llvm::SplitString(Note->getAnnotation().drop_front(Prefix.size()), Path, "&.->");
        auto *Field = dyn_cast<FieldDecl>(D);
        Expr *Lock = Field ? thisOf(Field, Note->getLocation()) : nullptr;
        if (!Field || !findMember(Lock->getType(), Path[0])) {
            Lock = findVariable(Path[0], Note->getLocation());
            Path.erase(Path.begin());
        }
        for (StringRef Name : Path) {
            FieldDecl *Member = Lock ? findMember(Lock->getType(), Name) : nullptr;
            if (!Member) {
                return nullptr;
            }
            Lock = MemberExpr::CreateImplicit(*Ctx, Lock, Lock->getType()->isPointerType(), Member,
                                              Member->getType(), VK_LValue, OK_Ordinary);
        }
        return Lock;
    }

    Expr *thisOf(FieldDecl *Field, SourceLocation Loc)
    {
        return new (*Ctx) CXXThisExpr(Loc, Ctx->getPointerType(Ctx->getRecordType(Field->getParent())), true);
    }

    static FieldDecl *findMember(QualType Type, StringRef Name)
    {
        auto *Record = (Type->isPointerType() ? Type->getPointeeType() : Type)->getAsRecordDecl();
        Record = Record ? Record->getDefinition() : nullptr;
        if (Record) {
            for (FieldDecl *Field : Record->fields()) {
                if (Field->getName() == Name) {
                    return Field;
                }
            }
        }
        return nullptr;
    }

    Expr *findVariable(StringRef Name, SourceLocation Loc)
    {
        for (NamedDecl *D : Ctx->getTranslationUnitDecl()->lookup(&Ctx->Idents.get(Name))) {
            if (auto *Variable = dyn_cast<VarDecl>(D)) {
                return DeclRefExpr::Create(*Ctx, NestedNameSpecifierLoc(), SourceLocation(), Variable, false,
                                           Loc, Variable->getType(), VK_LValue);
            }
        }
        return nullptr;
    }

    // The analysis knows writes, so that for its time each `&` is one.
    void checkAddresses(FunctionDecl *Function)
    {
        AddressFinder Finder;
        Finder.TraverseStmt(Function->getBody());
        if (Finder.Found.empty()) {
            return;
        }
        AddressHandler Handler(Diags);
        for (UnaryOperator *Op : Finder.Found) {
            Handler.Addresses.insert(AddressFinder::wholeOf(Op->getSubExpr())->getExprLoc());
            Op->setOpcode(UO_PreInc);
        }
        AnalysisDeclContext AC(nullptr, Function);
        AC.getCFGBuildOptions().PruneTriviallyFalseEdges = true;
        AC.getCFGBuildOptions().setAllAlwaysAdd();
        threadSafety::runThreadSafetyAnalysis(AC, Handler, &Before);
        for (UnaryOperator *Op : Finder.Found) {
            Op->setOpcode(UO_AddrOf);
        }
    }

    DiagnosticsEngine &Diags;
    ASTContext *Ctx = nullptr;
    std::vector<ValueDecl *> Pending;
    threadSafety::BeforeSet *Before = nullptr;
};

class Action : public PluginASTAction
{
  protected:
    std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &CI, StringRef) override
    {
        return std::make_unique<Consumer>(CI);
    }

    bool ParseArgs(const CompilerInstance &, const std::vector<std::string> &) override
    {
        return true;
    }

    ActionType getActionType() override
    {
        return AddBeforeMainAction;
    }
};

} // namespace

static FrontendPluginRegistry::Add<Action> X("guardcheck", "guarded_by for members of C structures");
