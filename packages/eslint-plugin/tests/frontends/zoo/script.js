#!/usr/bin/env node
// What only sloppy scripts may write.
<!-- a comment
var a = 010 + 08, b = '\07\8', let_ = 1, yield_ = 2; undeclared = a; delete undeclared; delete a;
--> another comment
with (Math) { var c = max(a, b); PI = c; (function () { return floor(c); })(); with (console) { log(c); } }
if (a) function inBranch() { return 1; } else function otherBranch() {} inBranch(otherBranch);
{ function inBlock() { return b; } async function later() {} function* many() {} } inBlock();
label: function labelled() {} switch (a) { case 1: function inCase() {} } inCase(labelled);
for (var k = 1 in { a }) void k; var let = 1, yield = let, async = yield, of = async, get = of, static = get, await = static, package = await;
function sloppy(a, a, eval) { arguments[0] = 1; var arguments; { function a() {} } return [a, this, arguments.callee, eval, sloppy.caller]; }
function strict() { 'use strict'; { function inner() {} } return typeof inner; }
try { throw 1; } catch (e) { var e = 2; for (var e of []); } var NaN, undefined; this.x = 1; (function () { return this; })();
eval('var d = 1'); new Function('x', 'return x'); var e2 = /[/]/.source, f = a
/b/1; var g = async => async, h = async (x) => x, i = async function () {}; async
(1); label: for (;;) { break
label; }
