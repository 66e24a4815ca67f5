%% The programs of this folder for Erlang/OTP: erl -noshell -s peers ring -s init stop
-module(peers).
-export([ring/0, exchange/0, one_way/0, ping_pong/0, fan_in/0, requests/0, idle/0, timers/0]).
-export([workers_one_way/0, workers_ping_pong/0, workers_primes_1/0, workers_primes_2/0]).

show(Value) -> io:format("~p~n", [Value]).

%% 100,000 processes, each waiting for the one before it.
ring() ->
    Main = self(),
    First = links(100000, Main),
    First ! 0,
    receive N -> show(N) end.
links(0, To) -> To;
links(N, To) -> links(N - 1, spawn(fun() -> receive X -> To ! X + 1 end end)).

%% Two processes wake each other 1,000,000 times.
exchange() ->
    Main = self(),
    X = spawn(fun() -> receive {to, To} -> wake(1000000, To), Main ! done end end),
    Y = spawn(fun() -> wake(1000000, X) end),
    X ! {to, Y},
    X ! go,
    receive done -> show(1000000) end.
wake(0, _) -> ok;
wake(N, To) -> receive go -> To ! go, wake(N - 1, To) end.

%% 3,000,000 messages to one process.
one_way() ->
    Sink = spawn(fun() -> sink(0) end),
    send(3000000, Sink),
    Sink ! {self(), count},
    receive N -> show(N) end.
sink(N) ->
    receive
        {From, count} -> From ! N, sink(N);
        _ -> sink(N + 1)
    end.
send(0, _) -> ok;
send(N, To) -> To ! N, send(N - 1, To).

%% Two processes send a message to and fro, 1,000,000 turns; it is a map.
ping_pong() -> ping_pong(1000000).
workers_ping_pong() -> ping_pong(200000).
ping_pong(Turns) ->
    Main = self(),
    Handler = fun Loop() ->
        receive
            #{left := 0} -> Main ! done;
            #{to := To, left := Left} -> To ! #{to => self(), left => Left - 1}, Loop()
        end
    end,
    A = spawn(Handler),
    B = spawn(Handler),
    A ! #{to => B, left => Turns},
    receive done -> show(done) end.

%% 1,000 processes send 1,000 messages each to one.
fan_in() ->
    Main = self(),
    Sink = spawn(fun() -> take(1000000), Main ! done end),
    [spawn(fun() -> send(1000, Sink) end) || _ <- lists:seq(1, 1000)],
    receive done -> show(done) end.
take(0) -> ok;
take(N) -> receive _ -> take(N - 1) end.

%% 500,000 requests, one after the other.
requests() ->
    Server = spawn(fun serve/0),
    show(ask(0, Server)).
serve() -> receive {From, N} -> From ! N + 1, serve() end.
ask(500000, _) -> 500000;
ask(N, Server) -> Server ! {self(), N}, receive M -> ask(M, Server) end.

%% 1,000,000 processes that do nothing.
idle() ->
    All = [spawn(fun() -> receive stop -> ok end end) || _ <- lists:seq(1, 1000000)],
    show(length(All)).

%% 1,000,000 timers pending at once.
timers() ->
    [erlang:send_after(100 + I rem 100, self(), tick) || I <- lists:seq(0, 999999)],
    take(1000000),
    show(1000000).

workers_one_way() -> one_way().

%% The primes below 4,000,000, in 64 parts.
workers_primes_1() -> primes().
workers_primes_2() -> primes().
primes() ->
    Main = self(),
    [spawn(fun() -> Main ! {count, count(I * 62500, (I + 1) * 62500, 0)} end) || I <- lists:seq(0, 63)],
    show(lists:sum([receive {count, N} -> N end || _ <- lists:seq(1, 64)])).
count(N, N, Count) -> Count;
count(N, End, Count) -> count(N + 1, End, case is_prime(N) of true -> Count + 1; false -> Count end).
is_prime(N) when N < 2 -> false;
is_prime(N) -> no_divisor(N, 2).
no_divisor(N, D) when D * D > N -> true;
no_divisor(N, D) when N rem D =:= 0 -> false;
no_divisor(N, D) -> no_divisor(N, D + 1).
