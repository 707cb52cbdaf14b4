// Modules of CommonJS.
'use strict';
const fs = require('fs'), { join, sep: separator = '/' } = require('path'), dynamic = require(join(__dirname, 'x')), member = require('y').member, called = require('z')();
exports.a = exports.b = void 0; exports.a = 1; exports['c'] = 2; module.exports.d = function () { return exports.a; };
function e() {} class F {} module.exports = { e, F, g: fs, 'h': separator, [dynamic]: member, ...called, i() {}, get j() { return 1; } };
module.exports.default = module.exports; Object.assign(exports, { k: 1 }); Object.defineProperty(exports, '__esModule', { value: true, get: () => 1 });
module['exports'].l = 3; exports = module.exports = F; this.m = require.resolve('x'); if (require.main === module) e();
(function (root, factory) { if (typeof define === 'function' && define.amd) define(['x'], factory); else if (typeof module === 'object') module.exports = factory(require('x')); else root.name = factory(root.x); })(this, function (x) { return x; });
