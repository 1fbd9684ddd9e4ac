-- SPDX-License-Identifier: BSD-2-Clause
-- Lua's standard libraries as far as the system is below them. Run from the
-- boot module with the arguments "one" and "two words".

local function check(condition, what)
    if not condition then error("failed: " .. what, 2) end
end
local function equal(got, want, what)
    check(got == want, string.format("%s: got %s, expected %s", what,
        tostring(got), tostring(want)))
end

-- arguments and environment
equal(arg[0], "/libraries.lua", "arg[0]")
equal(table.concat({...}, "|"), "one|two words", "arguments")
equal(os.getenv("COLOUR"), "blue", "getenv")
equal(os.getenv("NO_SUCH"), nil, "getenv of nothing")

-- io: write, append, seek, read by line, number and whole
local name = os.tmpname()
local f = assert(io.open(name, "w"))
check(f:write("first line\n", 42, " ", 0.5, " 0x10\n"), "write")
check(f:close(), "close")
f = assert(io.open(name, "a+"))
check(f:write("last"), "append")
equal(f:seek("set", 6), 6, "seek")
equal(f:read("l"), "line", "read from the middle")
local a, b, c = f:read("n", "n", "n")
equal(a, 42, "integer")
equal(b, 0.5, "float")
equal(c, 16, "hexadecimal")
equal(f:read(1), "\n", "one byte")
equal(f:read("a"), "last", "the rest")
equal(f:read("l"), nil, "the end")
equal(f:seek("end"), #"first line\n42 0.5 0x10\nlast", "size")
f:close()
equal(pcall(f.read, f), false, "read when closed")
local lines = {}
for line in io.lines(name) do lines[#lines + 1] = line end
equal(#lines, 3, "lines")
equal(lines[1], "first line", "line 1")
f = assert(io.open(name, "w"))
check(f:setvbuf("full", 1024), "setvbuf")
for i = 1, 2000 do f:write(string.pack("<i4", i)) end
f:close()
f = assert(io.open(name, "rb"))
equal(f:seek("end"), 8000, "size of binary file")
f:seek("set", 4 * 1233)
equal(string.unpack("<i4", f:read(4)), 1234, "packed number")
f:close()
local t = assert(io.tmpfile())
t:write("x")
t:seek("set")
equal(t:read("a"), "x", "tmpfile")
t:close()

-- os
check(os.rename(name, "/renamed"), "rename")
check(not io.open(name), "old name")
check(os.remove("/renamed"), "remove")
local ok, message, code = os.remove("/renamed")
equal(ok, nil, "remove again")
equal(code, 2, "ENOENT")
equal(message, "/renamed: No such file or directory", "its message")
ok, message, code = io.open("/no/such", "w")
equal(code, 2, "open below nothing")
equal(os.execute(), false, "a shell")
ok, message, code = io.popen("true")
equal(code, 88, "popen: ENOSYS of newlib")
equal(os.date("!%Y-%m-%d %H:%M:%S", 86400), "1970-01-02 00:00:00", "date")
equal(os.time{year = 2001, month = 9, day = 9, hour = 1, min = 46, sec = 40},
    1000000000, "time")
check(os.time() > 1600000000, "the clock is set")
check(os.clock() >= 0, "clock")
equal(os.setlocale(), "C", "locale")

-- string, table, math, utf8
equal(("%5.2f|%-6s|%x|%q"):format(math.pi, "ab", 255, "a\nb"),
    " 3.14|ab    |ff|\"a\\\nb\"", "format")
equal(("key = value"):match("^(%w+)%s*=%s*(%w+)$"), "key", "match")
equal(("hello world"):gsub("o", "0"), "hell0 w0rld", "gsub")
equal(#("x"):rep(100000), 100000, "rep")
equal(string.format("%a", 1), "0x1p+0", "hexadecimal float")
equal(tostring(1e15), "1e+15", "float to text")
equal(tostring(2^53), "9.007199254741e+15", "2^53")
equal(tonumber("0x1p4"), 16.0, "text to float")
equal(math.tointeger(2^53), 9007199254740992, "tointeger")
equal(math.maxinteger + 1, math.mininteger, "integers wrap")
equal(7 // -2 .. "|" .. 7 % -2 .. "|" .. 7.5 // 2, "-4|-1|3.0", "division")
check(math.abs(math.sin(math.pi / 6) - 0.5) < 1e-15, "sin")
check(math.abs(math.exp(math.log(10)) - 10) < 1e-14, "exp and log")
equal(math.sqrt(2)^2 == 2, false, "sqrt")
equal(0/0 == 0/0, false, "NaN")
equal(-1/0, -math.huge, "infinity")
check(math.random() ~= math.random(), "random")
local numbers = {}
for i = 1, 1000 do numbers[i] = math.random(1, 1 << 30) end
table.sort(numbers)
for i = 2, #numbers do
    if numbers[i] < numbers[i - 1] then error("sort") end
end
equal(table.concat(table.move({1, 2, 3}, 1, 3, 2), ","), "1,1,2,3", "move")
equal(select("#", table.unpack({}, 1, 200)), 200, "unpack")
equal(utf8.len("Grüße"), 5, "utf8.len")
equal(utf8.char(8364), "€", "utf8.char")

-- coroutines, errors (longjmp), garbage, depth
local co = coroutine.wrap(function(n)
    for i = n, n + 2 do n = n + coroutine.yield(i) end
    return "done " .. n
end)
equal(co(1), 1, "coroutine 1")
equal(co(10), 2, "coroutine 2")
equal(co(20), 3, "coroutine 3")
equal(co(30), "done 61", "coroutine ends")
equal(coroutine.resume(coroutine.create(function() error("x") end)), false,
    "error in a coroutine")
ok, message = pcall(error, {code = 7})
equal(message.code, 7, "pcall")
ok, message = xpcall(function() local x = nil; return x.y end,
    debug.traceback)
check(message:find("attempt to index a nil value", 1, true) and
    message:find("stack traceback:", 1, true), "xpcall with traceback")
local function deep(n) return n == 0 and 0 or 1 + deep(n - 1) end
equal(deep(15000), 15000, "depth")
ok, message = pcall(function() local function f() return 1 + f() end f() end)
check(message:find("stack overflow", 1, true), "stack overflow")
ok, message = pcall(string.rep, "x", 1 << 30)
check(message:find("not enough memory", 1, true), "not enough memory")
equal(load("return 6 * 7")(), 42, "load")
check(not load("return ("), "load of what is no Lua")
collectgarbage()
local before = collectgarbage("count")
for i = 1, 20 do local garbage = ("x"):rep(1 << 20) end
collectgarbage()
check(collectgarbage("count") < before + 2000, "garbage is collected")
package.path = "/?.lua"
equal(require("module").answer, 42, "require")

io.stderr:write("to stderr\n")
print("all checks passed")
