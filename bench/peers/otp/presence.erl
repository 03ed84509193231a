%% The same three calls on Erlang/OTP: cowboy in front of a mnesia `history` bag (disc_copies, keyed by user),
%% one transaction per heal. Mnesia's log is not synced before the answer. TTL: the session timeout in seconds.
-module(presence).
-export([main/0, init/2]).
-record(history, {user, online_at, offline_at}).
-define(TTL, persistent_term:get(ttl)).

main() ->
    persistent_term:put(ttl, list_to_integer(os:getenv("TTL", "7"))),
    mnesia:create_schema([node()]),
    {ok, _} = application:ensure_all_started(mnesia),
    {ok, _} = application:ensure_all_started(cowboy),
    mnesia:create_table(history, [{type, bag}, {attributes, record_info(fields, history)},
                                  {disc_copies, [node()]}]),
    ok = mnesia:wait_for_tables([history], 10000),
    Routes = [{"/" ++ Op ++ "/:user", ?MODULE, list_to_atom(Op)} || Op <- ["heal", "checkup", "heart_rhythm"]],
    {ok, _} = cowboy:start_clear(http, [{ip, {127, 0, 0, 1}}, {port, 0}],
                                 #{env => #{dispatch => cowboy_router:compile([{'_', Routes}])},
                                   max_keepalive => 1000000000}),
    io:format("listening on http://127.0.0.1:~p~n", [ranch:get_port(http)]),
    receive stop -> ok end.

init(Req, Op) ->
    {Status, Body} =
        try binary_to_integer(cowboy_req:binding(user, Req)) of
            User -> {200, answer(Op, User)}
        catch error:badarg -> {400, #{error => <<"invalid user_id format">>}}
        end,
    {ok, cowboy_req:reply(Status, #{<<"content-type">> => <<"application/json">>}, jsx:encode(Body), Req), Op}.

answer(heal, User) ->
    Now = erlang:system_time(second),
    {atomic, ok} = mnesia:transaction(fun() ->
        case latest(sessions(User)) of
            #history{offline_at = Off} = Open when Off >= Now ->
                mnesia:delete_object(Open),
                mnesia:write(Open#history{offline_at = Now + ?TTL});
            _ ->
                mnesia:write(#history{user = User, online_at = Now, offline_at = Now + ?TTL})
        end
    end),
    #{status => <<"online">>};
answer(checkup, User) ->
    Now = erlang:system_time(second),
    {atomic, All} = mnesia:transaction(fun() -> sessions(User) end),
    Status = case latest(All) of
                 #history{offline_at = Off} when Off > Now -> <<"online">>;
                 _ -> <<"offline">>
             end,
    #{id => User, status => Status};
answer(heart_rhythm, User) ->
    {atomic, All} = mnesia:transaction(fun() -> sessions(User) end),
    #{id => User, history => [#{online_at => On, offline_at => Off}
                              || #history{online_at = On, offline_at = Off} <- lists:keysort(#history.online_at, All)]}.

sessions(User) -> mnesia:match_object(#history{user = User, online_at = '_', offline_at = '_'}).

latest([]) -> none;
latest(All) -> lists:last(lists:keysort(#history.offline_at, All)).
