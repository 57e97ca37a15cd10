/*
 * grammar/parser.y -- the syntax of Notch: builds the tree of ast.def and nothing else.
 *
 * Plain LALR(1) without a conflict.  A clause that fails becomes an ERROR node of its
 * declaration, and parsing goes on at the next clause or top-level word; a token is dropped for
 * each turn of `error`, so it always ends.  All memory is the parse arena's: no %destructor.
 */
%require "3.8"
%expect 0
%define api.pure full
%define api.prefix {notch_yy}
%define api.token.prefix {TOK_}
%define api.token.raw
%define api.value.type union
%define api.location.type {notch_span}
%define api.header.include {"parser.h"}
%define parse.error custom
%define parse.lac full
%define parse.trace
%locations
%param {notch_parse *parse}
%initial-action { @$.start = @$.end = 0; }

%code requires {
#include "syntax/build.h"
}

%code top {
#include <config.h>
}

%code {
/* A condition may nest about a thousand deep; the stack is fixed and small. */
#define YYMAXDEPTH 1200
#define YYINITDEPTH YYMAXDEPTH

#define YYLLOC_DEFAULT(Current, Rhs, N)                        \
  do {                                                         \
    if (N) {                                                   \
      (Current).start = YYRHSLOC(Rhs, 1).start;                \
      (Current).end = YYRHSLOC(Rhs, N).end;                    \
    } else {                                                   \
      (Current).start = (Current).end = YYRHSLOC(Rhs, 0).end;  \
    }                                                          \
  } while (0)

static int yylex(NOTCH_YYSTYPE *value, NOTCH_YYLTYPE *span, notch_parse *parse);
static void yyerror(const NOTCH_YYLTYPE *span, notch_parse *parse, const char *message);

/* Every constructor may run out of memory; one macro says what then. */
#define NODE(Lhs, Expr)          \
  do {                           \
    (Lhs) = (Expr);              \
    if (!(Lhs)) YYNOMEM;         \
  } while (0)
#define KIDS(...)                                                                   \
  notch_nodes_of((notch_tree_node *[]){__VA_ARGS__},                                \
                 sizeof((notch_tree_node *[]){__VA_ARGS__}) / sizeof(void *))
#define NO_KIDS ((notch_nodes){0})
#define NO_TEXT ((notch_text){0})

/* FULL has a text, a detail and children; MAKE no text, LEAF no children, WORD_ONLY neither. */
#define FULL(Lhs, Loc, Kind, Text, Detail, Kids) \
  NODE(Lhs, notch_build(parse, NOTCH_AST_##Kind, Loc, Text, Detail, Kids))
#define MAKE(Lhs, Loc, Kind, Detail, Kids) FULL(Lhs, Loc, Kind, NO_TEXT, Detail, Kids)
#define LEAF(Lhs, Loc, Kind, Text, Detail) FULL(Lhs, Loc, Kind, Text, Detail, NO_KIDS)
#define WORD_ONLY(Lhs, Loc, Kind, Detail) FULL(Lhs, Loc, Kind, NO_TEXT, Detail, NO_KIDS)
#define HEAD(Lhs, Loc, Kind, Word, Text, Detail, Kids) \
  NODE(Lhs, notch_build_declaration(parse, NOTCH_AST_##Kind, Loc, Word, Text, Detail, Kids))

#define ADD(Lhs, List, Expr)                     \
  do {                                           \
    notch_tree_node *made_ = (Expr);             \
    if (made_ == NULL) YYNOMEM;                  \
    (Lhs) = notch_nodes_add((List), made_);      \
  } while (0)
#define ONLY(Lhs, Expr) ADD(Lhs, NO_KIDS, Expr)
/* declaration: declaration clause, and what stands there instead when the clause is wrong */
#define GROW(Lhs, Declaration, Clause) (Lhs) = notch_build_add((Declaration), (Clause))
/* The first clause is wrong: the head stands all the same. */
#define BAD_HEAD(Lhs, Loc, Kind, Word, Text, ErrorLoc)   \
  do {                                                   \
    HEAD(Lhs, Loc, Kind, Word, Text, 0, NO_KIDS);        \
    SKIP(Lhs, Lhs, ErrorLoc);                            \
  } while (0)
#define SKIP(Lhs, Declaration, Loc)                               \
  do {                                                            \
    NODE(Lhs, notch_build_skip(parse, (Declaration), (Loc)));     \
    if (notch_parse_resumes(parse, yychar, false)) yyerrok;       \
  } while (0)
}

%token YYEOF 0 "the end of the file"
%token <const notch_token *>
  RPAREN ")"  RBRACE "}"  COMMA ","  DOT "."  DOTDOT ".."  ARROW "=>"  BAR "|"  OPTIONAL "?"
  LPAREN "("  LBRACE "{"
  EQ "="  NE "<>"  LT "<"  GT ">"  LE "<="  GE ">="
  PLUS_SIGN "+"  MINUS "-"  STAR "*"  SLASH "/"
  IDENT "a name"  STRING "a text"  NUMBER "a number"  PERCENT "a percentage"
  MULT "a multiplier"  DATE "a date"  TIME "a time of day"  UNIT "a unit of time"
  MONTHNAME "a month"  WEEKDAY "a weekday"
  ADDING "adding"  AFTER "after"  ALL "all"  ALWAYS "always"  AND "and"  ANY "any"
  APPLIED "applied"  AS "as"  AT "at"  BAND "band"  BECAUSE "because"  BECOMES "becomes"
  BELONGS "belongs"  BEST "best"  BY "by"  CALENDAR "calendar"  CAPPED "capped"  CARRY "carry"
  CLAMP "clamp"  CLAMPED "clamped"  CLOSE "close"  COHORT "cohort"  COMBINE "combine"
  CONTAINS "contains"  COSTS "costs"  COUNT "count"  CURRENCY "currency"  DEBT "debt"
  DECIMALS "decimals"  DEDUCT "deduct"  DEFINE "define"  DEMOTE "demote"  DISTINCT "distinct"
  DOWN "down"  DRAWS "draws"  EACH "each"  EARN "earn"  EARNED "earned"  EARNING "earning"
  EFFECTIVE "effective"  ELSE "else"  END "end"  ENTERING "entering"  EVEN "even"  EVENT "event"
  EVENTS "events"  EVER "ever"  EXCEPTION "exception"  EXCLUSIVE "exclusive"  EXPECT "expect"
  EXPIRE "expire"  FIELD "field"  FIRST "first"  FLOOR "floor"  FOLLOW "follow"  FOR "for"
  FORGIVE "forgive"  FROM "from"  FULL "full"  FUNDED "funded"  GIVEN "given"  GIVES "gives"
  GRACE "grace"  GRANT "grant"  GROSS "gross"  GROUP "group"  HALF "half"  HAS "has"
  HOLD "hold"  IF "if"  IN "in"  IS "is"  KEEP "keep"  KNOWN "known"  LADDER "ladder"
  LARGEST "largest"  LAST "last"  LASTS "lasts"  LATE "late"  LEAVING "leaving"  LET "let"
  LIFETIME "lifetime"  LIMIT "limit"  LINE "line"  LIST "list"  MAXIMUM "maximum"
  MEASURE "measure"  MEMBER "member"  MINIMUM "minimum"  MODULE "module"  MOST "most"
  MULTIPLY "multiply"  MULTIPLYING "multiplying"  NEEDS "needs"  NEGATIVE "negative"
  NEVER "never"  NEWEST "newest"  NEXT "next"  NO "no"  NOT "not"  NOTIFY "notify"  OF "of"
  OLDEST "oldest"  ON "on"  ONCE "once"  ONE "one"  OR "or"  OVER "over"  PARTNER "partner"
  PAY "pay"  PAYMENT "payment"  PENDING "pending"  PER "per"  PLUS "plus"  POINTS "points"
  POOL "pool"  POSTPAID "postpaid"  PREPAID "prepaid"  PROGRAM "program"  PROMOTE "promote"
  PROPERTY "property"  PROPORTIONAL "proportional"  QUALIFYING "qualifying"  RANK "rank"
  RANKED "ranked"  REACH "reach"  RECHECK "recheck"  RECOMPUTE "recompute"  RECORD "record"
  RECORDED "recorded"  RECOVER "recover"  REFUSE "refuse"  REFUSED "refused"  REST "rest"
  RETIRE "retire"  RETURN "return"  REVIEW "review"  REWARD "reward"  ROLL "roll"
  ROUNDED "rounded"  RULE "rule"  RULES "rules"  SEGMENT "segment"  SET "set"  SETTLES "settles"
  SHORTFALL "shortfall"  SINCE "since"  SKIPPED "skipped"  SMALLEST "smallest"
  SOONEST "soonest"  SPENT "spent"  START "start"  STARTS "starts"  STEP "step"  STEPS "steps"
  STOCK "stock"  STREAK "streak"  SUM "sum"  TABLE "table"  TAG "tag"  TAKE "take"  TERM "term"
  TEST "test"  THAT "that"  THE "the"  THEIR "their"  THEN "then"  THIS "this"  TIER "tier"
  TIERS "tiers"  TIMES "times"  TIMEZONE "timezone"  TIME_KW "time"  TO "to"  TOP "top"
  TOTAL "total"  UNTAG "untag"  UNTIL "until"  UP "up"  USE "use"  VALID "valid"  WHEN "when"
  WHERE "where"  WHILE "while"  WHOLE "whole"  WITH "with"  WITHOUT "without"  WORTH "worth"
  YES "yes"

%nterm <const notch_token *> name soft unit_word bindname eventname
%nterm <int> optional mode rscope lot_order shortfall combine gives kind over state aggname
%nterm <notch_nodes>
  names refs exprs literals binds with scopes eventnames triggers order cells records gone_idle
%nterm <notch_tree_node *>
  file decl title ref duration quantity moment dayofyear rounding
  program program_c points points_c pending expiry while align
  member record event field type range bound default literal
  measure aggop measure_on measure_c
  ladder ladder_c plus when group group_c rule rule_c effective trigger path2 limit amount
  scope during reward reward_c payment payment_c cohort partner partner_c pool pool_c segment
  retire table row cell let module use bind step test test_c property
  expr postfix filter path postpath window

%printer { fprintf(yyo, "%.*s", (int)$$->text.length, $$->text.bytes); } <const notch_token *>

/* DECL, error and ELSE: a clause that fails is skipped, not its declaration. */
%precedence DECL
%precedence error
%precedence "else"
%left "or"
%left "and"
%precedence "not"
%nonassoc "=" "<>" "<" ">" "<=" ">=" "in" "is" "contains"
%left "+" "-"
%left "*" "/"
%precedence NEG

%%

start
  : file  { (void)yynerrs; parse->file = $file; }
  ;
file
  : %empty         { MAKE($$, @$, FILE, 0, NO_KIDS); }
  | file[f] decl   { $$ = $decl != NULL ? notch_build_add($f, $decl) : $f; }
  ;
decl
  : program %prec DECL | points %prec DECL | member %prec DECL | record %prec DECL
  | event %prec DECL | measure %prec DECL | ladder %prec DECL | group %prec DECL
  | rule %prec DECL | reward %prec DECL | payment %prec DECL | cohort %prec DECL
  | partner %prec DECL | pool %prec DECL | segment %prec DECL | table %prec DECL
  | let %prec DECL | module %prec DECL | use %prec DECL | test %prec DECL
  | property %prec DECL | retire %prec DECL
  | error
    { $$ = NULL;
      if (!notch_build_stray(parse, @$)) YYNOMEM;
      if (notch_parse_resumes(parse, yychar, true)) yyerrok; }
  ;

/* ---- names and small pieces ---- */

title
  : %empty %prec DECL  { $$ = NULL; }
  | STRING  { LEAF($$, @$, TITLE, $STRING->text, 0); }
  ;
name: IDENT | soft ;
soft
  : unit_word | BAND | DECIMALS | GROSS | ONCE | PLUS | POSTPAID | PREPAID | REVIEW | RULES
  | START | STEPS | STOCK | TAG | TIMES | VALID | WHOLE | CLAMPED
  ;
/* Those that cannot go on after a number, so that a points kind may be called `step`. */
unit_word
  : ADDING | ALL | APPLIED | BEST | CALENDAR | DEBT | EARNED | END | EVEN | EVENTS | EXCLUSIVE
  | FIRST | FULL | HALF | KNOWN | LAST | LINE | LIST | MOST | NEGATIVE | NEWEST | NEXT
  | OLDEST | ONE | PROPORTIONAL | RANK | RECHECK | RECORDED | RECOVER | REST | ROLL | SET
  | SKIPPED | SOONEST | SPENT | STARTS | STEP | STREAK | TERM | TIERS | TIME_KW | TOP | TOTAL
  ;
names
  : name              { ONLY($$, notch_build_name(parse, $name)); }
  | names[l] "," name { ADD($$, $l, notch_build_name(parse, $name)); }
  ;
ref
  : name             { NODE($$, notch_build_ref(parse, $name)); }
  | ref[r] "." IDENT { NODE($$, notch_build_part(parse, $r, $IDENT)); }
  ;
refs
  : ref              { ONLY($$, notch_build_dotted(parse, $ref)); }
  | refs[l] "," ref  { ADD($$, $l, notch_build_dotted(parse, $ref)); }
  ;
duration
  : NUMBER UNIT  { LEAF($$, @$, DURATION, $NUMBER->text, $UNIT->detail); }
  ;
quantity
  : NUMBER IDENT
    { FULL($$, @$, QUANTITY, $NUMBER->text, 0, KIDS(notch_build_name(parse, $IDENT))); }
  | NUMBER unit_word
    { FULL($$, @$, QUANTITY, $NUMBER->text, 0, KIDS(notch_build_name(parse, $unit_word))); }
  | duration
  ;
moment
  : DATE       { LEAF($$, @$, DATE, $DATE->text, 0); }
  | DATE TIME  { NODE($$, notch_build_moment(parse, $DATE, $TIME)); }
  ;
dayofyear
  : NUMBER MONTHNAME  { LEAF($$, @$, DAY_OF_YEAR, $NUMBER->text, $MONTHNAME->detail); }
  ;
mode
  : DOWN       { $$ = NOTCH_AST_ROUND_DOWN; }
  | UP         { $$ = NOTCH_AST_ROUND_UP; }
  | HALF UP    { $$ = NOTCH_AST_ROUND_HALF_UP; }
  | HALF EVEN  { $$ = NOTCH_AST_ROUND_HALF_EVEN; }
  ;
rounding
  : ROUNDED mode rscope
    { NODE($$, notch_build_rounded(parse, @$, $mode, $rscope, @rscope)); }
  ;
rscope
  : %empty     { $$ = -1; }
  | PER LINE   { $$ = NOTCH_ROUND_PER_LINE; }
  | PER RULE   { $$ = NOTCH_ROUND_PER_RULE; }
  | PER EVENT  { $$ = NOTCH_ROUND_PER_EVENT; }
  ;
eventname: name | RETURN | PAY | HOLD ;
eventnames
  : eventname                   { ONLY($$, notch_build_name(parse, $eventname)); }
  | eventnames[l] "," eventname { ADD($$, $l, notch_build_name(parse, $eventname)); }
  ;

/* ---- program and points ---- */

program
  : PROGRAM name title       { HEAD($$, @$, PROGRAM, $PROGRAM, $name->text, 0, KIDS($title)); }
  | PROGRAM name error   { BAD_HEAD($$, @$, PROGRAM, $PROGRAM, $name->text, @error); }
  | program[d] program_c     { GROW($$, $d, $program_c); }
  | program[d] error         { SKIP($$, $d, @error); }
  ;
program_c
  : TIMEZONE STRING            { LEAF($$, @$, PROGRAM_TIMEZONE, $STRING->text, 0); }
  | CURRENCY names             { MAKE($$, @$, PROGRAM_CURRENCY, 0, $names); }
  | rounding
  | UNIT CLAMP                 { NODE($$, notch_build_months(parse, @$, $UNIT, $CLAMP)); }
  | UNIT ROLL                  { NODE($$, notch_build_months(parse, @$, $UNIT, $ROLL)); }
  | UNIT STARTS dayofyear      { NODE($$, notch_build_starts(parse, @$, $UNIT, $dayofyear, 0)); }
  | UNIT STARTS WEEKDAY
    { NODE($$, notch_build_starts(parse, @$, $UNIT, NULL, $WEEKDAY->detail)); }
  | LATE EVENTS AS OF THEIR TIME_KW       { WORD_ONLY($$, @$, PROGRAM_LATE_AS_OF, 0); }
  | LATE EVENTS REFUSED AFTER duration
    { MAKE($$, @$, PROGRAM_LATE_REFUSED, 0, KIDS($duration)); }
  | RULES FOLLOW path          { MAKE($$, @$, PROGRAM_FOLLOW, 0, KIDS($path)); }
  | DRAWS FROM STRING          { LEAF($$, @$, PROGRAM_DRAWS, $STRING->text, 0); }
  ;
points
  : POINTS name title    { HEAD($$, @$, POINTS, $POINTS, $name->text, 0, KIDS($title)); }
  | POINTS name error   { BAD_HEAD($$, @$, POINTS, $POINTS, $name->text, @error); }
  | points[d] points_c   { GROW($$, $d, $points_c); }
  | points[d] error      { SKIP($$, $d, @error); }
  ;
points_c
  : WHOLE                 { WORD_ONLY($$, @$, POINTS_WHOLE, 0); }
  | NUMBER DECIMALS       { LEAF($$, @$, POINTS_DECIMALS, $NUMBER->text, 0); }
  | QUALIFYING            { WORD_ONLY($$, @$, POINTS_QUALIFYING, 0); }
  | pending
  | expiry
  | TAKE lot_order FIRST  { WORD_ONLY($$, @$, POINTS_TAKE, $lot_order); }
  | WORTH quantity        { MAKE($$, @$, POINTS_WORTH, 0, KIDS($quantity)); }
  | CAPPED AT quantity    { MAKE($$, @$, POINTS_CAPPED, 0, KIDS($quantity)); }
  | SHORTFALL shortfall   { WORD_ONLY($$, @$, POINTS_SHORTFALL, $shortfall); }
  | rounding
  ;
pending
  : PENDING FOR duration  { MAKE($$, @$, PENDING_FOR, 0, KIDS($duration)); }
  | PENDING UNTIL name    { LEAF($$, @$, PENDING_UNTIL, $name->text, 0); }
  ;
expiry
  : EXPIRE duration AFTER EARNING align while
    { MAKE($$, @$, EXPIRE_AFTER_EARNING, 0, KIDS($duration, $align, $while)); }
  | EXPIRE EACH dayofyear  { MAKE($$, @$, EXPIRE_EACH, 0, KIDS($dayofyear)); }
  | EXPIRE gone_idle while
    { MAKE($$, @$, EXPIRE_IDLE, 0, notch_nodes_join($gone_idle, KIDS($while))); }
  | EXPIRE ON DATE         { MAKE($$, @$, EXPIRE_ON, 0, KIDS(notch_build_date(parse, $DATE))); }
  | NEVER EXPIRE           { WORD_ONLY($$, @$, EXPIRE_NEVER, 0); }
  ;
gone_idle
  : AFTER duration WITHOUT eventnames  { $$ = notch_nodes_join(KIDS($duration), $eventnames); }
  ;
while
  : %empty      { $$ = NULL; }
  | WHILE expr  { MAKE($$, @$, WHILE, 0, KIDS($expr)); }
  ;
align
  : %empty          { $$ = NULL; }
  | AT END OF UNIT  { WORD_ONLY($$, @$, ALIGN, $UNIT->detail); }
  ;
lot_order
  : SOONEST  { $$ = NOTCH_TAKE_SOONEST; }
  | OLDEST   { $$ = NOTCH_TAKE_OLDEST; }
  | NEWEST   { $$ = NOTCH_TAKE_NEWEST; }
  ;
shortfall
  : NEGATIVE  { $$ = NOTCH_SHORTFALL_NEGATIVE; }
  | FORGIVE   { $$ = NOTCH_SHORTFALL_FORGIVE; }
  | RECOVER   { $$ = NOTCH_SHORTFALL_RECOVER; }
  ;

/* ---- shapes of inputs ---- */

member
  : MEMBER            { HEAD($$, @$, MEMBER, $MEMBER, NO_TEXT, 0, NO_KIDS); }
  | member[d] field   { GROW($$, $d, $field); }
  | member[d] error   { SKIP($$, $d, @error); }
  ;
record
  : RECORD name title { HEAD($$, @$, RECORD, $RECORD, $name->text, 0, KIDS($title)); }
  | RECORD name error   { BAD_HEAD($$, @$, RECORD, $RECORD, $name->text, @error); }
  | record[d] field   { GROW($$, $d, $field); }
  | record[d] error   { SKIP($$, $d, @error); }
  ;
event
  : EVENT name title  { HEAD($$, @$, EVENT, $EVENT, $name->text, 0, KIDS($title)); }
  | EVENT name error   { BAD_HEAD($$, @$, EVENT, $EVENT, $name->text, @error); }
  | event[d] field    { GROW($$, $d, $field); }
  | event[d] error    { SKIP($$, $d, @error); }
  ;
field
  : FIELD name type default
    { NODE($$, notch_build_documented(parse, NOTCH_AST_FIELD, @$, $FIELD, $name->text,
                                      KIDS($type, $default))); }
  ;
type
  : IDENT optional range    { FULL($$, @$, TYPE_NAMED, $IDENT->text, $optional, KIDS($range)); }
  | TIME_KW optional range  { MAKE($$, @$, TYPE_TIME, $optional, KIDS($range)); }
  | CURRENCY                { WORD_ONLY($$, @$, TYPE_CURRENCY, 0); }
  | ONE OF names optional   { MAKE($$, @$, TYPE_ONE_OF, $optional, $names); }
  | LIST OF name bound      { FULL($$, @$, TYPE_LIST, $name->text, 0, KIDS($bound)); }
  | SET OF IDENT            { LEAF($$, @$, TYPE_SET, $IDENT->text, 0); }
  | MEMBER optional         { WORD_ONLY($$, @$, TYPE_MEMBER, $optional); }
  | POINTS optional         { WORD_ONLY($$, @$, TYPE_POINTS, $optional); }
  ;
optional
  : %empty  { $$ = 0; }
  | "?"     { $$ = 1; }
  ;
range
  : %empty                          { $$ = NULL; }
  | IN literal[low] ".." literal[high]  { MAKE($$, @$, RANGE, 0, KIDS($low, $high)); }
  ;
bound
  : %empty          { $$ = NULL; }
  | AT MOST NUMBER  { LEAF($$, @$, BOUND, $NUMBER->text, 0); }
  ;
default
  : %empty       { $$ = NULL; }
  | "=" literal  { MAKE($$, @$, DEFAULT, 0, KIDS($literal)); }
  ;
literal
  : quantity
  | NUMBER   { LEAF($$, @$, NUMBER, $NUMBER->text, 0); }
  | PERCENT  { LEAF($$, @$, PERCENT, $PERCENT->text, 0); }
  | MULT     { LEAF($$, @$, MULT, $MULT->text, 0); }
  | STRING   { LEAF($$, @$, STRING, $STRING->text, 0); }
  | moment
  | TIME     { LEAF($$, @$, TIME, $TIME->text, 0); }
  | YES      { WORD_ONLY($$, @$, FLAG, 1); }
  | NO       { WORD_ONLY($$, @$, FLAG, 0); }
  | name     { NODE($$, notch_build_name(parse, $name)); }
  | "-" NUMBER
    { MAKE($$, @$, NEGATE, 0,
           KIDS(notch_build(parse, NOTCH_AST_NUMBER, @NUMBER, $NUMBER->text, 0, NO_KIDS))); }
  | "-" quantity  { MAKE($$, @$, NEGATE, 0, KIDS($quantity)); }
  ;

/* ---- measures and ladders ---- */

measure
  : MEASURE name title IS aggop measure_on
    { HEAD($$, @$, MEASURE, $MEASURE, $name->text, 0, KIDS($title, $aggop, $measure_on)); }
  | MEASURE name error  { BAD_HEAD($$, @$, MEASURE, $MEASURE, $name->text, @error); }
  | measure[d] measure_c  { GROW($$, $d, $measure_c); }
  | measure[d] error      { SKIP($$, $d, @error); }
  ;
aggop
  : SUM OF postfix    { MAKE($$, @$, MEASURE_OF, NOTCH_AGGREGATE_SUM, KIDS($postfix)); }
  | COUNT             { WORD_ONLY($$, @$, MEASURE_OF, NOTCH_AGGREGATE_COUNT); }
  | DISTINCT postfix  { MAKE($$, @$, MEASURE_OF, NOTCH_AGGREGATE_DISTINCT, KIDS($postfix)); }
  | LARGEST postfix   { MAKE($$, @$, MEASURE_OF, NOTCH_AGGREGATE_LARGEST, KIDS($postfix)); }
  | SMALLEST postfix  { MAKE($$, @$, MEASURE_OF, NOTCH_AGGREGATE_SMALLEST, KIDS($postfix)); }
  | STREAK BY UNIT    { WORD_ONLY($$, @$, MEASURE_STREAK, $UNIT->detail); }
  ;
measure_on
  : ON eventnames %prec DECL  { MAKE($$, @$, MEASURE_ON, 0, $eventnames); }
  | ON eventnames error
    { MAKE($$, @$, MEASURE_ON, 0, $eventnames);
      SKIP($$, $$, @error); }
  ;
measure_c
  : WHERE expr               { MAKE($$, @$, MEASURE_WHERE, 0, KIDS($expr)); }
  | AT MOST NUMBER PER UNIT  { LEAF($$, @$, MEASURE_AT_MOST, $NUMBER->text, $UNIT->detail); }
  | BY RECORDED TIME_KW      { WORD_ONLY($$, @$, MEASURE_RECORDED, 0); }
  | GROSS                    { WORD_ONLY($$, @$, MEASURE_GROSS, 0); }
  ;
ladder
  : LADDER name title TIERS order %prec DECL
    { HEAD($$, @$, LADDER, $LADDER, $name->text, 0,
           KIDS($title, notch_build(parse, NOTCH_AST_LADDER_ORDER, @order, NO_TEXT, 0, $order))); }
  | LADDER name title TIERS order error
    { HEAD($$, @$, LADDER, $LADDER, $name->text, 0,
           KIDS($title, notch_build(parse, NOTCH_AST_LADDER_ORDER, @order, NO_TEXT, 0, $order)));
      SKIP($$, $$, @error); }
  | LADDER name error  { BAD_HEAD($$, @$, LADDER, $LADDER, $name->text, @error); }
  | ladder[d] ladder_c  { GROW($$, $d, $ladder_c); }
  | ladder[d] error     { SKIP($$, $d, @error); }
  ;
order
  : name               { ONLY($$, notch_build_name(parse, $name)); }
  | order[l] "<" name  { ADD($$, $l, notch_build_name(parse, $name)); }
  ;
ladder_c
  : START AT name            { LEAF($$, @$, LADDER_START, $name->text, 0); }
  | TIER name title          { FULL($$, @$, LADDER_TIER, $name->text, 0, KIDS($title)); }
  | REACH WHEN expr          { MAKE($$, @$, LADDER_REACH, 0, KIDS($expr)); }
  | KEEP WHEN expr           { MAKE($$, @$, LADDER_KEEP, 0, KIDS($expr)); }
  | PAY quantity ON REACH    { MAKE($$, @$, LADDER_PAY, NOTCH_PAY_ON_REACH, KIDS($quantity)); }
  | PAY quantity ON KEEP     { MAKE($$, @$, LADDER_PAY, NOTCH_PAY_ON_KEEP, KIDS($quantity)); }
  | PAY ALL names ON REACH   { MAKE($$, @$, LADDER_PAY_ALL, NOTCH_PAY_ON_REACH, $names); }
  | PAY ALL names ON KEEP    { MAKE($$, @$, LADDER_PAY_ALL, NOTCH_PAY_ON_KEEP, $names); }
  | PAY quantity AT REVIEW   { MAKE($$, @$, LADDER_PAY, NOTCH_PAY_AT_REVIEW, KIDS($quantity)); }
  | CARRY AT MOST quantity       { MAKE($$, @$, LADDER_CARRY, 0, KIDS($quantity)); }
  | CARRY AT MOST quantity ONCE  { MAKE($$, @$, LADDER_CARRY, 1, KIDS($quantity)); }
  | LIFETIME WHEN expr       { MAKE($$, @$, LADDER_LIFETIME, 0, KIDS($expr)); }
  | ON RETURN RECHECK        { WORD_ONLY($$, @$, LADDER_RECHECK, 0); }
  | TIER name[old] BECOMES name[new]
    { MAKE($$, @$, LADDER_BECOMES, 0,
           KIDS(notch_build_name(parse, $old), notch_build_name(parse, $new))); }
  | LASTS FOR duration align { MAKE($$, @$, LADDER_LASTS, 0, KIDS($duration, $align)); }
  | LASTS UNTIL END OF UNIT plus
    { MAKE($$, @$, LADDER_LASTS_UNTIL, $UNIT->detail, KIDS($plus)); }
  | PROMOTE AT ONCE          { WORD_ONLY($$, @$, LADDER_PROMOTE, NOTCH_PROMOTE_AT_ONCE); }
  | PROMOTE AT REVIEW        { WORD_ONLY($$, @$, LADDER_PROMOTE, NOTCH_PROMOTE_AT_REVIEW); }
  | PROMOTE STEP BY STEP     { WORD_ONLY($$, @$, LADDER_PROMOTE, NOTCH_PROMOTE_STEP_BY_STEP); }
  | REVIEW AT END OF TERM    { WORD_ONLY($$, @$, LADDER_REVIEW_TERM, 0); }
  | REVIEW EACH when         { MAKE($$, @$, LADDER_REVIEW_EACH, 0, KIDS($when)); }
  | REVIEW EACH path2        { MAKE($$, @$, LADDER_REVIEW_EACH, 0, KIDS($path2)); }
  | DEMOTE TO EARNED         { WORD_ONLY($$, @$, LADDER_DEMOTE, NOTCH_DEMOTE_TO_EARNED); }
  | DEMOTE ONE STEP          { WORD_ONLY($$, @$, LADDER_DEMOTE, NOTCH_DEMOTE_ONE_STEP); }
  | NEVER DEMOTE             { WORD_ONLY($$, @$, LADDER_DEMOTE, NOTCH_DEMOTE_NEVER); }
  | GRACE duration           { MAKE($$, @$, LADDER_GRACE, 0, KIDS($duration)); }
  | FLOOR name WHEN expr     { FULL($$, @$, LADDER_FLOOR, $name->text, 0, KIDS($expr)); }
  ;
plus
  : %empty         { $$ = NULL; }
  | PLUS duration  { $$ = $duration; }
  ;
when
  : dayofyear
  | UNIT  { WORD_ONLY($$, @$, UNIT, $UNIT->detail); }
  ;

/* ---- groups and rules ---- */

group
  : GROUP name title COMBINE combine
    { HEAD($$, @$, GROUP, $GROUP, $name->text, 0,
           KIDS($title, notch_build(parse, NOTCH_AST_GROUP_COMBINE,
                                    (notch_span){@COMBINE.start, @combine.end}, NO_TEXT, $combine,
                                    NO_KIDS))); }
  | GROUP name error  { BAD_HEAD($$, @$, GROUP, $GROUP, $name->text, @error); }
  | group[d] group_c  { GROW($$, $d, $group_c); }
  | group[d] error    { SKIP($$, $d, @error); }
  ;
combine
  : ADDING       { $$ = NOTCH_COMBINE_ADDING; }
  | MULTIPLYING  { $$ = NOTCH_COMBINE_MULTIPLYING; }
  | BEST         { $$ = NOTCH_COMBINE_BEST; }
  | FIRST        { $$ = NOTCH_COMBINE_FIRST; }
  | EXCLUSIVE    { $$ = NOTCH_COMBINE_EXCLUSIVE; }
  ;
group_c
  : RANKED refs  { MAKE($$, @$, GROUP_RANKED, 0, $refs); }
  | limit
  ;
rule
  : RULE name title  { HEAD($$, @$, RULE, $RULE, $name->text, 0, KIDS($title)); }
  | RULE name error   { BAD_HEAD($$, @$, RULE, $RULE, $name->text, @error); }
  | rule[d] rule_c   { GROW($$, $d, $rule_c); }
  | rule[d] error    { SKIP($$, $d, @error); }
  ;
rule_c
  : effective
  | ON triggers          { MAKE($$, @$, RULE_ON, 0, $triggers); }
  | WHEN expr            { MAKE($$, @$, RULE_WHEN, 0, KIDS($expr)); }
  | BELONGS TO ref       { MAKE($$, @$, RULE_BELONGS, 0, KIDS(notch_build_dotted(parse, $ref))); }
  | EXCEPTION TO ref     { MAKE($$, @$, RULE_EXCEPTION, 0, KIDS(notch_build_dotted(parse, $ref))); }
  | LET name IS expr     { FULL($$, @$, RULE_LET, $name->text, 0, KIDS($expr)); }
  | EARN expr            { MAKE($$, @$, RULE_EARN, 0, KIDS($expr)); }
  | EARN expr TO path
    { MAKE($$, @$, RULE_EARN, 0,
           KIDS($expr, notch_build(parse, NOTCH_AST_EARN_TO, (notch_span){@TO.start, @path.end},
                                   NO_TEXT, 0, KIDS($path)))); }
  | MULTIPLY refs BY expr
    { MAKE($$, @$, RULE_MULTIPLY, 0, notch_nodes_join(KIDS($expr), $refs)); }
  | DEDUCT expr          { MAKE($$, @$, RULE_DEDUCT, 0, KIDS($expr)); }
  | REFUSE               { WORD_ONLY($$, @$, RULE_REFUSE, 0); }
  | CLOSE MEMBER         { WORD_ONLY($$, @$, RULE_CLOSE, 0); }
  | GRANT ref            { MAKE($$, @$, RULE_GRANT, 0, KIDS(notch_build_dotted(parse, $ref))); }
  | GRANT ref NUMBER TIMES
    { NODE($$, notch_build_grant(parse, @$, $ref, @NUMBER,
             notch_build(parse, NOTCH_AST_NUMBER, @NUMBER, $NUMBER->text, 0, NO_KIDS))); }
  | GRANT ref "(" expr ")" TIMES
    { NODE($$, notch_build_grant(parse, @$, $ref, @expr, $expr)); }
  | TAG STRING           { LEAF($$, @$, RULE_TAG, $STRING->text, 0); }
  | UNTAG STRING         { LEAF($$, @$, RULE_UNTAG, $STRING->text, 0); }
  | NOTIFY STRING        { LEAF($$, @$, RULE_NOTIFY, $STRING->text, 0); }
  | PROMOTE TO name FOR duration
    { FULL($$, @$, RULE_PROMOTE, $name->text, 0, KIDS($duration)); }
  | rounding
  | pending
  | expiry
  | limit
  | ONCE scopes          { MAKE($$, @$, ONCE_PER, 0, $scopes); }
  | FUNDED BY name       { LEAF($$, @$, FUNDED_BY, $name->text, 0); }
  | ON RETURN RECOMPUTE     { WORD_ONLY($$, @$, ON_RETURN, NOTCH_ON_RETURN_RECOMPUTE); }
  | ON RETURN PROPORTIONAL  { WORD_ONLY($$, @$, ON_RETURN, NOTCH_ON_RETURN_PROPORTIONAL); }
  | ON RETURN KEEP          { WORD_ONLY($$, @$, ON_RETURN, NOTCH_ON_RETURN_KEEP); }
  | BECAUSE STRING       { LEAF($$, @$, BECAUSE, $STRING->text, 0); }
  ;
effective
  : EFFECTIVE FROM moment                      { MAKE($$, @$, EFFECTIVE, 0, KIDS($moment)); }
  | EFFECTIVE FROM moment[from] TO moment[to]  { MAKE($$, @$, EFFECTIVE, 0, KIDS($from, $to)); }
  ;
triggers
  : trigger                 { ONLY($$, $trigger); }
  | triggers[l] "," trigger { ADD($$, $l, $trigger); }
  ;
trigger
  : eventname         { LEAF($$, @$, TRIGGER_EVENT, $eventname->text, 0); }
  | PROMOTE           { WORD_ONLY($$, @$, TRIGGER_PROMOTE, 0); }
  | PROMOTE TO name   { LEAF($$, @$, TRIGGER_PROMOTE, $name->text, 0); }
  | DEMOTE            { WORD_ONLY($$, @$, TRIGGER_DEMOTE, 0); }
  | DEMOTE FROM name  { LEAF($$, @$, TRIGGER_DEMOTE, $name->text, 0); }
  | ENTERING ref      { MAKE($$, @$, TRIGGER_ENTERING, 0, KIDS(notch_build_dotted(parse, $ref))); }
  | LEAVING ref       { MAKE($$, @$, TRIGGER_LEAVING, 0, KIDS(notch_build_dotted(parse, $ref))); }
  | EARNING name      { LEAF($$, @$, TRIGGER_EARNING, $name->text, 0); }
  | EACH UNIT
    { MAKE($$, @$, TRIGGER_EACH, 0,
           KIDS(notch_build(parse, NOTCH_AST_UNIT, @UNIT, NO_TEXT, $UNIT->detail, NO_KIDS))); }
  | EACH dayofyear    { MAKE($$, @$, TRIGGER_EACH, 0, KIDS($dayofyear)); }
  | EACH path2        { MAKE($$, @$, TRIGGER_EACH, 0, KIDS($path2)); }
  | AFTER duration WITHOUT eventname
    { MAKE($$, @$, TRIGGER_AFTER, 0, KIDS($duration, notch_build_name(parse, $eventname))); }
  ;
path2
  : MEMBER "." IDENT
    { NODE($$, notch_build_dotted(parse, notch_build_path(parse, NOTCH_ROOT_MEMBER, @$, $IDENT))); }
  ;
limit
  : LIMIT amount scopes over
    { MAKE($$, @$, LIMIT, $over, notch_nodes_join(KIDS($amount), $scopes)); }
  | LIMIT amount IN TOTAL during over
    { NODE($during, notch_build_widen($during, @IN));
      MAKE($$, @$, LIMIT, $over, KIDS($amount, $during)); }
  ;
amount
  : quantity
  | NUMBER TIMES  { LEAF($$, @$, TIMES, $NUMBER->text, 0); }
  | name TIMES    { MAKE($$, @$, TIMES, 0, KIDS(notch_build_name(parse, $name))); }
  ;
scopes
  : PER scope            { ONLY($$, notch_build_widen($scope, @PER)); }
  | scopes[l] PER scope  { ADD($$, $l, notch_build_widen($scope, @PER)); }
  ;
scope
  : postpath
    { MAKE($$, @$, SCOPE_PATH, 0, KIDS(notch_build_dotted(parse, $postpath))); }
  | MEMBER         { WORD_ONLY($$, @$, SCOPE_MEMBER, 0); }
  | CALENDAR UNIT  { WORD_ONLY($$, @$, SCOPE_CALENDAR, $UNIT->detail); }
  | UNIT           { WORD_ONLY($$, @$, SCOPE_CALENDAR, $UNIT->detail); }
  | duration       { MAKE($$, @$, SCOPE_ROLLING, 0, KIDS($duration)); }
  | EVENT          { WORD_ONLY($$, @$, SCOPE_EVENT, 0); }
  ;
during
  : %empty  { MAKE($$, @$, IN_TOTAL, 0, NO_KIDS); }
  | FROM DATE[from] TO DATE[to]
    { MAKE($$, @$, IN_TOTAL, 0,
           KIDS(notch_build_date(parse, $from), notch_build_date(parse, $to))); }
  ;
over
  : %empty   { $$ = NOTCH_OVER_DEFAULT; }
  | CLAMPED  { $$ = NOTCH_OVER_CLAMPED; }
  | REFUSED  { $$ = NOTCH_OVER_REFUSED; }
  ;

/* ---- rewards, payments, cohorts, partners, pools, segments, retiring ---- */

reward
  : REWARD name title   { HEAD($$, @$, REWARD, $REWARD, $name->text, 0, KIDS($title)); }
  | REWARD name error   { BAD_HEAD($$, @$, REWARD, $REWARD, $name->text, @error); }
  | reward[d] reward_c  { GROW($$, $d, $reward_c); }
  | reward[d] error     { SKIP($$, $d, @error); }
  ;
reward_c
  : COSTS expr          { MAKE($$, @$, REWARD_COSTS, 0, KIDS($expr)); }
  | COSTS expr PLUS quantity
    { MAKE($$, @$, REWARD_COSTS, 0,
           KIDS($expr, notch_build(parse, NOTCH_AST_COSTS_PLUS,
                                   (notch_span){@PLUS.start, @quantity.end}, NO_TEXT, 0,
                                   KIDS($quantity)))); }
  | pending
  | WHEN expr           { MAKE($$, @$, REWARD_WHEN, 0, KIDS($expr)); }
  | STOCK NUMBER        { LEAF($$, @$, REWARD_STOCK, $NUMBER->text, 0); }
  | VALID FOR duration  { MAKE($$, @$, REWARD_VALID, 0, KIDS($duration)); }
  | HOLD FOR duration   { MAKE($$, @$, HOLD_FOR, 0, KIDS($duration)); }
  | limit
  | ONCE scopes         { MAKE($$, @$, ONCE_PER, 0, $scopes); }
  | effective
  | FUNDED BY name      { LEAF($$, @$, FUNDED_BY, $name->text, 0); }
  | BECAUSE STRING      { LEAF($$, @$, BECAUSE, $STRING->text, 0); }
  ;
payment
  : PAYMENT name title    { HEAD($$, @$, PAYMENT, $PAYMENT, $name->text, 0, KIDS($title)); }
  | PAYMENT name error   { BAD_HEAD($$, @$, PAYMENT, $PAYMENT, $name->text, @error); }
  | payment[d] payment_c  { GROW($$, $d, $payment_c); }
  | payment[d] error      { SKIP($$, $d, @error); }
  ;
payment_c
  : PAY quantity[money] PER quantity[points]
    { MAKE($$, @$, PAYMENT_PAY, 0, KIDS($money, $points)); }
  | MINIMUM quantity      { MAKE($$, @$, PAYMENT_MINIMUM, 0, KIDS($quantity)); }
  | MAXIMUM quantity      { MAKE($$, @$, PAYMENT_MAXIMUM, 0, KIDS($quantity)); }
  | MAXIMUM PERCENT OF postfix
    { MAKE($$, @$, PAYMENT_MAXIMUM_SHARE, 0,
           KIDS(notch_build(parse, NOTCH_AST_PERCENT, @PERCENT, $PERCENT->text, 0, NO_KIDS),
                $postfix)); }
  | STEPS OF quantity     { MAKE($$, @$, PAYMENT_STEPS, 0, KIDS($quantity)); }
  | HOLD FOR duration     { MAKE($$, @$, HOLD_FOR, 0, KIDS($duration)); }
  | WHEN expr             { MAKE($$, @$, PAYMENT_WHEN, 0, KIDS($expr)); }
  | limit
  | effective
  | ON RETURN RECOMPUTE   { WORD_ONLY($$, @$, ON_RETURN, NOTCH_ON_RETURN_RECOMPUTE); }
  | ON RETURN KEEP        { WORD_ONLY($$, @$, ON_RETURN, NOTCH_ON_RETURN_KEEP); }
  | BECAUSE STRING        { LEAF($$, @$, BECAUSE, $STRING->text, 0); }
  ;
cohort
  : COHORT name title RANK BY expr EACH when
    { HEAD($$, @$, COHORT, $COHORT, $name->text, 0,
           KIDS($title, notch_build(parse, NOTCH_AST_COHORT_RANK,
                                    (notch_span){@RANK.start, @when.end}, NO_TEXT, 0,
                                    KIDS($expr, $when)))); }
  | COHORT name error  { BAD_HEAD($$, @$, COHORT, $COHORT, $name->text, @error); }
  | cohort[d] BAND name TOP PERCENT
    { NODE($$, notch_build_band(parse, $d, (notch_span){@BAND.start, @PERCENT.end}, $name,
                                NOTCH_BAND_TOP, $PERCENT)); }
  | cohort[d] BAND name NEXT PERCENT
    { NODE($$, notch_build_band(parse, $d, (notch_span){@BAND.start, @PERCENT.end}, $name,
                                NOTCH_BAND_NEXT, $PERCENT)); }
  | cohort[d] BAND name REST
    { NODE($$, notch_build_band(parse, $d, (notch_span){@BAND.start, @REST.end}, $name,
                                NOTCH_BAND_REST, NULL)); }
  | cohort[d] error  { SKIP($$, $d, @error); }
  ;
partner
  : PARTNER name title    { HEAD($$, @$, PARTNER, $PARTNER, $name->text, 0, KIDS($title)); }
  | PARTNER name error   { BAD_HEAD($$, @$, PARTNER, $PARTNER, $name->text, @error); }
  | partner[d] partner_c  { GROW($$, $d, $partner_c); }
  | partner[d] error      { SKIP($$, $d, @error); }
  ;
partner_c
  : SETTLES quantity[money] PER quantity[points]
    { MAKE($$, @$, PARTNER_SETTLES, NOTCH_SETTLES_DEFAULT, KIDS($money, $points)); }
  | SETTLES quantity[money] PER quantity[points] EARNED
    { MAKE($$, @$, PARTNER_SETTLES, NOTCH_SETTLES_EARNED, KIDS($money, $points)); }
  | SETTLES quantity[money] PER quantity[points] SPENT
    { MAKE($$, @$, PARTNER_SETTLES, NOTCH_SETTLES_SPENT, KIDS($money, $points)); }
  | PREPAID   { WORD_ONLY($$, @$, PARTNER_PREPAID, 0); }
  | POSTPAID  { WORD_ONLY($$, @$, PARTNER_POSTPAID, 0); }
  ;
pool
  : POOL name title  { HEAD($$, @$, POOL, $POOL, $name->text, 0, KIDS($title)); }
  | POOL name error   { BAD_HEAD($$, @$, POOL, $POOL, $name->text, @error); }
  | pool[d] pool_c   { GROW($$, $d, $pool_c); }
  | pool[d] error    { SKIP($$, $d, @error); }
  ;
pool_c
  : AT MOST NUMBER MEMBER  { LEAF($$, @$, POOL_AT_MOST, $NUMBER->text, 0); }
  | EARN PERCENT OF names
    { MAKE($$, @$, POOL_EARN, 0, notch_nodes_join(
             KIDS(notch_build(parse, NOTCH_AST_PERCENT, @PERCENT, $PERCENT->text, 0, NO_KIDS)),
             $names)); }
  | WHEN expr              { MAKE($$, @$, POOL_WHEN, 0, KIDS($expr)); }
  ;
segment
  : SEGMENT name title WHEN expr
    { HEAD($$, @$, SEGMENT, $SEGMENT, $name->text, 0, KIDS($title, $expr)); }
  | SEGMENT name error  { BAD_HEAD($$, @$, SEGMENT, $SEGMENT, $name->text, @error); }
  ;
retire
  : RETIRE name WITH EXPIRE
    { HEAD($$, @$, RETIRE, $RETIRE, $name->text, NOTCH_RETIRE_EXPIRE, NO_KIDS); }
  | RETIRE name WITH KEEP
    { HEAD($$, @$, RETIRE, $RETIRE, $name->text, NOTCH_RETIRE_KEEP, NO_KIDS); }
  | RETIRE name[old] WITH BECOMES name[new] AT quantity[gets] PER quantity[loses]
    { HEAD($$, @$, RETIRE, $RETIRE, $old->text, NOTCH_RETIRE_BECOMES,
           KIDS(notch_build_name(parse, $new), $gets, $loses)); }
  ;

/* ---- tables and definitions ---- */

table
  : TABLE name title OF exprs GIVES gives
    { HEAD($$, @$, TABLE, $TABLE, $name->text, $gives,
           KIDS($title, notch_build(parse, NOTCH_AST_TABLE_OF, @exprs, NO_TEXT, 0, $exprs))); }
  | TABLE name error  { BAD_HEAD($$, @$, TABLE, $TABLE, $name->text, @error); }
  | table[d] row    { GROW($$, $d, $row); }
  | table[d] error  { SKIP($$, $d, @error); }
  ;
gives
  : FIRST      { $$ = NOTCH_GIVES_FIRST; }
  | EXCLUSIVE  { $$ = NOTCH_GIVES_EXCLUSIVE; }
  | BEST       { $$ = NOTCH_GIVES_BEST; }
  ;
row
  : cells "=>" expr  { MAKE($$, @$, TABLE_ROW, 0, notch_nodes_join($cells, KIDS($expr))); }
  ;
cells
  : "|" cell           { ONLY($$, $cell); }
  | cells[l] "|" cell  { ADD($$, $l, $cell); }
  ;
cell
  : ANY                          { WORD_ONLY($$, @$, CELL_ANY, 0); }
  | expr                         { MAKE($$, @$, CELL_IS, 0, KIDS($expr)); }
  | expr[low] ".." expr[high]    { MAKE($$, @$, CELL_RANGE, 0, KIDS($low, $high)); }
  | "<" expr                     { MAKE($$, @$, CELL_COMPARE, NOTCH_COMPARE_LT, KIDS($expr)); }
  | ">" expr                     { MAKE($$, @$, CELL_COMPARE, NOTCH_COMPARE_GT, KIDS($expr)); }
  | "<=" expr                    { MAKE($$, @$, CELL_COMPARE, NOTCH_COMPARE_LE, KIDS($expr)); }
  | ">=" expr                    { MAKE($$, @$, CELL_COMPARE, NOTCH_COMPARE_GE, KIDS($expr)); }
  ;
let
  : DEFINE name IS expr  { HEAD($$, @$, DEFINE, $DEFINE, $name->text, 0, KIDS($expr)); }
  | DEFINE name error    { BAD_HEAD($$, @$, DEFINE, $DEFINE, $name->text, @error); }
  ;

/* ---- modules ---- */

module
  : MODULE name title  { HEAD($$, @$, MODULE, $MODULE, $name->text, 0, KIDS($title)); }
  | MODULE name error   { BAD_HEAD($$, @$, MODULE, $MODULE, $name->text, @error); }
  | module[d] NEEDS name type default
    { NODE($$, notch_build_needs(parse, $d, (notch_span){@NEEDS.start, @default.end}, $NEEDS,
                                 $name, KIDS($type, $default))); }
  | module[d] NEEDS name kind
    { NODE($$, notch_build_needs_kind(parse, $d, (notch_span){@NEEDS.start, @kind.end}, $NEEDS,
                                      $name, $kind)); }
  | module[d] error    { SKIP($$, $d, @error); }
  ;
kind
  : EVENT    { $$ = NOTCH_PARAMETER_EVENT; }
  | MEASURE  { $$ = NOTCH_PARAMETER_MEASURE; }
  | RULE     { $$ = NOTCH_PARAMETER_RULE; }
  | GROUP    { $$ = NOTCH_PARAMETER_GROUP; }
  | LADDER   { $$ = NOTCH_PARAMETER_LADDER; }
  | REWARD   { $$ = NOTCH_PARAMETER_REWARD; }
  | PARTNER  { $$ = NOTCH_PARAMETER_PARTNER; }
  | TIER     { $$ = NOTCH_PARAMETER_TIER; }
  ;
use
  : USE path
    { HEAD($$, @$, USE, $USE, $path->text, NOTCH_USE_NOT_LOADED, KIDS($path)); }
  | use[d] WITH binds
    { NODE($$, notch_build_clause(parse, $d, NOTCH_AST_USE_WITH,
                                  (notch_span){@WITH.start, @binds.end}, NO_TEXT, $binds)); }
  | use[d] AS name
    { NODE($$, notch_build_clause(parse, $d, NOTCH_AST_USE_AS, (notch_span){@AS.start, @name.end},
                                  $name->text, NO_KIDS)); }
  ;
binds
  : bind               { ONLY($$, $bind); }
  | binds[l] "," bind  { ADD($$, $l, $bind); }
  ;
bind
  : bindname expr  { FULL($$, @$, BIND, $bindname->text, 0, KIDS($expr)); }
  | bindname "{" literals "}"
    { FULL($$, @$, BIND, $bindname->text, 0,
           KIDS(notch_build(parse, NOTCH_AST_BIND_SET, (notch_span){@2.start, @4.end}, NO_TEXT, 0,
                            $literals))); }
  | bindname records  { FULL($$, @$, BIND, $bindname->text, 0, $records); }
  | TIER name         { LEAF($$, @$, BIND_TIER, $name->text, 0); }
  ;
bindname
  : name | EVENT | POOL | PARTNER | WITH | MEMBER | OF | TO | FROM | BY | UNTIL | POINTS | REWARD
  | PAYMENT | HOLD
  ;
records
  : "{" binds "}"
    { ONLY($$, notch_build(parse, NOTCH_AST_RECORD_VALUE, @$, NO_TEXT, 0, $binds)); }
  | records[l] "{" binds "}"
    { ADD($$, $l, notch_build(parse, NOTCH_AST_RECORD_VALUE, (notch_span){@2.start, @4.end},
                              NO_TEXT, 0, $binds)); }
  ;
literals
  : literal                  { ONLY($$, $literal); }
  | literals[l] "," literal  { ADD($$, $l, $literal); }
  ;

/* ---- tests and properties ---- */

test
  : TEST STRING     { HEAD($$, @$, TEST, $TEST, $STRING->text, 0, NO_KIDS); }
  | test[d] test_c  { GROW($$, $d, $test_c); }
  | test[d] error   { SKIP($$, $d, @error); }
  ;
test_c
  : AT moment name with
    { FULL($$, @$, TEST_AT_PROGRAM, $name->text, 0, notch_nodes_join(KIDS($moment), $with)); }
  | GIVEN name             { LEAF($$, @$, TEST_GIVEN, $name->text, 0); }
  | GIVEN name WITH binds  { FULL($$, @$, TEST_GIVEN, $name->text, 0, $binds); }
  | AT moment              { MAKE($$, @$, TEST_WAIT, 0, KIDS($moment)); }
  | AT moment name step with
    { FULL($$, @$, TEST_AT, $name->text, 0, notch_nodes_join(KIDS($moment, $step), $with)); }
  | EXPECT name HAS quantity state
    { FULL($$, @$, EXPECT_HAS, $name->text, $state, KIDS($quantity)); }
  | EXPECT name HAS "-" quantity state
    { FULL($$, @$, EXPECT_HAS, $name->text, $state,
           KIDS(notch_build(parse, NOTCH_AST_NEGATE, (notch_span){@4.start, @quantity.end},
                            NO_TEXT, 0, KIDS($quantity)))); }
  | EXPECT name[who] IS name[tier]
    { FULL($$, @$, EXPECT_IS, $who->text, 0, KIDS(notch_build_name(parse, $tier))); }
  | EXPECT ref APPLIED   { MAKE($$, @$, EXPECT_APPLIED, 0, KIDS(notch_build_dotted(parse, $ref))); }
  | EXPECT ref SKIPPED   { MAKE($$, @$, EXPECT_SKIPPED, 0, KIDS(notch_build_dotted(parse, $ref))); }
  | EXPECT REFUSED name  { LEAF($$, @$, EXPECT_REFUSED, $name->text, 0); }
  | EXPECT THAT expr     { MAKE($$, @$, EXPECT_THAT, 0, KIDS($expr)); }
  ;
step
  : eventname            { LEAF($$, @$, STEP_EVENT, $eventname->text, 0); }
  | eventname AS name
    { FULL($$, @$, STEP_EVENT, $eventname->text, 0,
           KIDS(notch_build(parse, NOTCH_AST_STEP_AS, @name, $name->text, 0, NO_KIDS))); }
  | RETURN OF name[of]   { LEAF($$, @$, STEP_RETURN, $of->text, 0); }
  | RETURN OF name[of] AS name[as]
    { FULL($$, @$, STEP_RETURN, $of->text, 0,
           KIDS(notch_build(parse, NOTCH_AST_STEP_AS, @as, $as->text, 0, NO_KIDS))); }
  ;
with
  : %empty      { $$ = NO_KIDS; }
  | WITH binds  { $$ = $binds; }
  ;
state
  : %empty   { $$ = NOTCH_STATE_AVAILABLE; }
  | PENDING  { $$ = NOTCH_STATE_PENDING; }
  | HOLD     { $$ = NOTCH_STATE_HOLD; }
  | DEBT     { $$ = NOTCH_STATE_DEBT; }
  ;
property
  : PROPERTY STRING ON name ALWAYS expr
    { HEAD($$, @$, PROPERTY, $PROPERTY, $STRING->text, 1,
           KIDS(notch_build_name(parse, $name), $expr)); }
  | PROPERTY STRING ON name NEVER expr
    { HEAD($$, @$, PROPERTY, $PROPERTY, $STRING->text, 0,
           KIDS(notch_build_name(parse, $name), $expr)); }
  ;

/* ---- expressions ---- */

expr
  : expr[l] "or" expr[r]        { MAKE($$, @$, OR, 0, KIDS($l, $r)); }
  | expr[l] "and" expr[r]       { MAKE($$, @$, AND, 0, KIDS($l, $r)); }
  | "not" expr[e]               { MAKE($$, @$, NOT, 0, KIDS($e)); }
  | expr[l] "=" expr[r]         { MAKE($$, @$, COMPARE, NOTCH_COMPARE_EQ, KIDS($l, $r)); }
  | expr[l] "<>" expr[r]        { MAKE($$, @$, COMPARE, NOTCH_COMPARE_NE, KIDS($l, $r)); }
  | expr[l] "<" expr[r]         { MAKE($$, @$, COMPARE, NOTCH_COMPARE_LT, KIDS($l, $r)); }
  | expr[l] ">" expr[r]         { MAKE($$, @$, COMPARE, NOTCH_COMPARE_GT, KIDS($l, $r)); }
  | expr[l] "<=" expr[r]        { MAKE($$, @$, COMPARE, NOTCH_COMPARE_LE, KIDS($l, $r)); }
  | expr[l] ">=" expr[r]        { MAKE($$, @$, COMPARE, NOTCH_COMPARE_GE, KIDS($l, $r)); }
  | expr[l] "in" "{" exprs "}"
    { MAKE($$, @$, IN_SET, 0, notch_nodes_join(KIDS($l), $exprs)); }
  | expr[l] "in" postfix[low] ".." postfix[high]
    { MAKE($$, @$, IN_RANGE, 0, KIDS($l, $low, $high)); }
  | expr[l] "contains" expr[r]  { MAKE($$, @$, CONTAINS, 0, KIDS($l, $r)); }
  | expr[e] "is" KNOWN          { MAKE($$, @$, IS_KNOWN, 1, KIDS($e)); }
  | expr[e] "is" "not" KNOWN    { MAKE($$, @$, IS_KNOWN, 0, KIDS($e)); }
  | expr[l] "+" expr[r]         { MAKE($$, @$, ARITH, NOTCH_ARITH_ADD, KIDS($l, $r)); }
  | expr[l] "-" expr[r]         { MAKE($$, @$, ARITH, NOTCH_ARITH_SUB, KIDS($l, $r)); }
  | expr[l] "*" expr[r]         { MAKE($$, @$, ARITH, NOTCH_ARITH_MUL, KIDS($l, $r)); }
  | expr[l] "/" expr[r]         { MAKE($$, @$, ARITH, NOTCH_ARITH_DIV, KIDS($l, $r)); }
  | "-" expr[e] %prec NEG       { MAKE($$, @$, NEGATE, 0, KIDS($e)); }
  | IF expr[c] THEN expr[a] "else" expr[b]  { MAKE($$, @$, IF, 0, KIDS($c, $a, $b)); }
  | quantity[a] PER quantity[b] OF postfix
    { MAKE($$, @$, RATE, 0, KIDS($a, $b, $postfix)); }
  | quantity[a] PER FULL quantity[b] OF postfix
    { MAKE($$, @$, RATE, 1, KIDS($a, $b, $postfix)); }
  | postfix
  ;
postfix
  : quantity
  | NUMBER     { LEAF($$, @$, NUMBER, $NUMBER->text, 0); }
  | PERCENT    { LEAF($$, @$, PERCENT, $PERCENT->text, 0); }
  | MULT       { LEAF($$, @$, MULT, $MULT->text, 0); }
  | moment
  | TIME       { LEAF($$, @$, TIME, $TIME->text, 0); }
  | STRING     { LEAF($$, @$, STRING, $STRING->text, 0); }
  | MONTHNAME  { WORD_ONLY($$, @$, MONTH, $MONTHNAME->detail); }
  | WEEKDAY    { WORD_ONLY($$, @$, WEEKDAY, $WEEKDAY->detail); }
  | YES        { WORD_ONLY($$, @$, FLAG, 1); }
  | NO         { WORD_ONLY($$, @$, FLAG, 0); }
  | path window  { $$ = $window != NULL ? notch_build_add($path, $window) : $path; }
  | name "(" exprs ")" window
    { FULL($$, @$, CALL, $name->text, 0, notch_nodes_join($exprs, KIDS($window))); }
  | name "(" exprs "," mode ")"  { FULL($$, @$, CALL, $name->text, $mode, $exprs); }
  | UNIT AT name       { LEAF($$, @$, UNITS_AT, $name->text, $UNIT->detail); }
  | UNIT AT name EVER  { LEAF($$, @$, UNITS_AT_EVER, $name->text, $UNIT->detail); }
  | FLOOR "(" exprs ")"  { FULL($$, @$, CALL, $FLOOR->text, 0, $exprs); }
  | aggname "(" expr FOR name filter ")"
    { MAKE($$, @$, AGGREGATE, $aggname,
           KIDS(notch_build_name(parse, $name),
                notch_build(parse, NOTCH_AST_AGGREGATE_VALUE, @expr, NO_TEXT, 0, KIDS($expr)),
                $filter)); }
  | aggname "(" name filter ")"
    { MAKE($$, @$, AGGREGATE, $aggname, KIDS(notch_build_name(parse, $name), $filter)); }
  | UNIT OF postfix[e]  { MAKE($$, @$, UNIT_OF, $UNIT->detail, KIDS($e)); }
  | name OF postfix[e]  { FULL($$, @$, OF, $name->text, 0, KIDS($e)); }
  | TIER OF name        { LEAF($$, @$, TIER_OF, $name->text, 0); }
  | "(" expr ")"        { $$ = $expr; }
  ;
aggname
  : SUM       { $$ = NOTCH_AGGREGATE_SUM; }
  | COUNT     { $$ = NOTCH_AGGREGATE_COUNT; }
  | DISTINCT  { $$ = NOTCH_AGGREGATE_DISTINCT; }
  | LARGEST   { $$ = NOTCH_AGGREGATE_LARGEST; }
  | SMALLEST  { $$ = NOTCH_AGGREGATE_SMALLEST; }
  | ANY       { $$ = NOTCH_AGGREGATE_ANY; }
  ;
filter
  : %empty      { $$ = NULL; }
  | WHERE expr  { MAKE($$, @$, FILTER, 0, KIDS($expr)); }
  ;
path
  : postpath  { NODE($$, notch_build_dotted(parse, $postpath)); }
  | MEMBER    { LEAF($$, @$, PATH, $MEMBER->text, NOTCH_ROOT_MEMBER); }
  | TIER      { LEAF($$, @$, PATH, $TIER->text, NOTCH_ROOT_TIER); }
  ;
postpath
  : name              { NODE($$, notch_build_path(parse, NOTCH_ROOT_NAME, @$, $name)); }
  | MEMBER "." IDENT  { NODE($$, notch_build_path(parse, NOTCH_ROOT_MEMBER, @$, $IDENT)); }
  | EVENT "." IDENT   { NODE($$, notch_build_path(parse, NOTCH_ROOT_EVENT, @$, $IDENT)); }
  | postpath[p] "." IDENT  { NODE($$, notch_build_part(parse, $p, $IDENT)); }
  ;
window
  : %empty                  { $$ = NULL; }
  | OVER THE LAST duration  { MAKE($$, @$, WINDOW_LAST, 0, KIDS($duration)); }
  | OVER THIS UNIT          { WORD_ONLY($$, @$, WINDOW_THIS, $UNIT->detail); }
  | OVER LAST UNIT          { WORD_ONLY($$, @$, WINDOW_PREVIOUS, $UNIT->detail); }
  | SINCE path              { MAKE($$, @$, WINDOW_SINCE, 0, KIDS($path)); }
  | EVER                    { WORD_ONLY($$, @$, WINDOW_EVER, 0); }
  ;
exprs
  : expr               { ONLY($$, $expr); }
  | exprs[l] "," expr  { ADD($$, $l, $expr); }
  ;

%%

static int yylex(NOTCH_YYSTYPE *value, NOTCH_YYLTYPE *span, notch_parse *parse)
{
  const notch_token *token = notch_parse_next(parse);
  value->TOK_IDENT = token;
  *span = token->span;
  return token->kind;
}

/* Only "memory exhausted" comes here: a syntax error goes to yyreport_syntax_error. */
static void yyerror(const NOTCH_YYLTYPE *span, notch_parse *parse, const char *message)
{
  (void)message;
  notch_parse_exhausted(parse, *span);
}

static int yyreport_syntax_error(const yypcontext_t *context, notch_parse *parse)
{
  yysymbol_kind_t expected[YYNTOKENS];
  int kinds[YYNTOKENS];
  int count = yypcontext_expected_tokens(context, expected, YYNTOKENS);
  if (count < 0) return count; /* no memory for the exploration */
  for (int i = 0; i < count; i++) kinds[i] = (int)expected[i];
  notch_parse_unexpected(parse, *yypcontext_location(context), kinds, count);
  return 0;
}

bool notch_parse_run(notch_parse *parse)
{
  return notch_yyparse(parse) == 0;
}

const char *notch_parse_token_name(int token)
{
  return yysymbol_name((yysymbol_kind_t)token);
}
