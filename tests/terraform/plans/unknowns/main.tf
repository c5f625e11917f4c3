resource "terraform_data" "u" { input = "x" }
locals { u = terraform_data.u.id }
output "o000" { value = local.u == "x" }
output "o001" { value = local.u == null }
output "o002" { value = local.u != null }
output "o003" { value = local.u != "" }
output "o004" { value = "a-${local.u}" == "b" }
output "o005" { value = "a-${local.u}" == "" }
output "o006" { value = "a-${local.u}" == null }
output "o007" { value = local.u == "" ? 1 : 2 }
output "o008" { value = local.u == "" ? 1 : 1 }
output "o009" { value = local.u == "" ? "a" : null }
output "o010" { value = local.u == "" ? [1] : [2, 3] }
output "o011" { value = length(local.u == "" ? [1] : [2]) }
output "o012" { value = length(local.u == "" ? [] : [2]) }
output "o013" { value = local.u == "" ? { a = 1 } : { a = 2 } }
output "o014" { value = keys(local.u == "" ? { a = 1 } : { a = 2 }) }
output "o015" { value = true || local.u == "" }
output "o016" { value = local.u == "" || true }
output "o017" { value = false && local.u == "" }
output "o018" { value = [local.u, 1][1] }
output "o019" { value = { a = local.u, b = 2 }.b }
output "o020" { value = length([local.u]) }
output "o021" { value = length(toset([local.u, "a"])) }
output "o022" { value = length(toset([local.u])) }
output "o023" { value = concat([local.u], [1])[1] }
output "o024" { value = merge({ a = local.u }, { b = 1 }).b }
output "o025" { value = merge({ a = local.u }, { a = 1 }) }
output "o026" { value = lookup({ a = local.u, b = 1 }, "b", "x") }
output "o027" { value = lookup({ a = 1 }, local.u, "x") }
output "o028" { value = keys({ a = local.u }) }
output "o029" { value = values({ a = local.u, b = 1 })[1] }
output "o030" { value = flatten([[local.u], [1]])[1] }
output "o031" { value = length(flatten([[local.u], [1]])) }
output "o032" { value = coalesce("x", local.u) }
output "o033" { value = coalesce(local.u, "x") }
output "o034" { value = coalesce(null, local.u, "x") }
output "o035" { value = coalescelist([local.u], ["x"])[0] }
output "o036" { value = compact(["a", local.u]) }
output "o037" { value = length(compact(["a", local.u])) }
output "o038" { value = contains(["a", local.u], "a") }
output "o039" { value = contains(["a"], local.u) }
output "o040" { value = contains(["a", local.u], "b") }
output "o041" { value = try(local.u, "x") }
output "o042" { value = can(local.u) }
output "o043" { value = try(local.u.foo, "x") }
output "o044" { value = try(tonumber(local.u), 1) }
output "o045" { value = can(tonumber(local.u)) }
output "o046" { value = can(regex("a", local.u)) }
output "o047" { value = try({ a = local.u }, "x").a == "q" }
output "o048" { value = try({ a = local.u, b = 1 }, "x").b }
output "o049" { value = tolist([local.u, "a"])[1] }
output "o050" { value = element([local.u, "a"], 1) }
output "o051" { value = slice([local.u, "a"], 1, 2) }
output "o052" { value = reverse([local.u, "a"])[0] }
output "o053" { value = sort([local.u, "a"]) }
output "o054" { value = length(sort([local.u, "a"])) }
output "o055" { value = distinct([local.u, "a"]) }
output "o056" { value = length(distinct([local.u, "a"])) }
output "o057" { value = join(",", [local.u]) }
output "o058" { value = format("%s", local.u) }
output "o059" { value = startswith("abc-${local.u}", "abc") }
output "o060" { value = startswith("abc-${local.u}", "abd") }
output "o061" { value = startswith(local.u, "") }
output "o062" { value = endswith("${local.u}-x", "-x") }
output "o063" { value = length("abc-${local.u}") }
output "o064" { value = upper("abc${local.u}") }
output "o065" { value = jsonencode({ a = local.u }) }
output "o066" { value = jsondecode(jsonencode({ a = local.u })) }
output "o067" { value = startswith(jsonencode({ a = local.u }), "{") }
output "o068" { value = jsonencode([local.u]) == null }
output "o069" { value = [for x in [local.u, "a"] : x][1] }
output "o070" { value = [for x in [local.u, "a"] : x if x != ""] }
output "o071" { value = { for x in ["a", "b"] : x => local.u } }
output "o072" { value = keys({ for x in ["a", "b"] : x => local.u }) }
output "o073" { value = { for x in [local.u] : x => 1 } }
output "o074" { value = { for x in [local.u] : "k" => x } }
output "o075" { value = { (local.u) = 1 } }
output "o076" { value = [local.u][*] }
output "o077" { value = length([local.u][*]) }
output "o078" { value = local.u[*] }
output "o079" { value = split(",", local.u) }
output "o080" { value = tomap({ a = local.u, b = "x" }).b }
output "o081" { value = toset([local.u]) }
output "o082" { value = zipmap(["a"], [local.u]) }
output "o083" { value = keys(zipmap(["a"], [local.u])) }
output "o084" { value = zipmap([local.u], ["a"]) }
output "o085" { value = alltrue([false, local.u == ""]) }
output "o086" { value = anytrue([true, local.u == ""]) }
output "o087" { value = alltrue([true, local.u == ""]) }
output "o088" { value = one([local.u]) }
output "o089" { value = setunion([local.u], ["a"]) }
output "o090" { value = length(setunion([local.u], ["a"])) }
output "o091" { value = setproduct([local.u], ["a"]) }
output "o092" { value = length(setproduct([local.u], ["a"])) }
output "o093" { value = chunklist([local.u, "a", "b"], 2)[1] }
output "o094" { value = index(["a", local.u], "a") }
output "o095" { value = matchkeys(["a"], ["k"], [local.u]) }
output "o096" { value = range(length([local.u])) }
output "o097" { value = max(1, length([local.u])) }
output "o098" { value = [local.u] == [] }
output "o099" { value = [local.u] == ["a", "b"] }
output "o100" { value = [1, local.u] == [2, "x"] }
output "o101" { value = { a = local.u } == {} }
output "o102" { value = { a = local.u } == null }
output "o104" { value = tolist([local.u]) == tolist([]) }
output "o105" { value = nonsensitive(local.u) }
output "o106" { value = issensitive(local.u) }
output "o107" { value = local.u + 1 }
output "o108" { value = -local.u }
output "o109" { value = !local.u }
output "o110" { value = local.u }
output "o111" { value = "%{if local.u == ""}a%{else}b%{endif}c" }
output "o112" { value = "x%{for i in [local.u]}${i}%{endfor}" }
output "o113" { value = templatefile("t.tftpl", { a = local.u, b = 1 }) }
output "o114" { value = terraform_data.u.input }
output "o115" { value = terraform_data.u.output }
output "o116" { value = terraform_data.u.triggers_replace }
output "o117" { value = terraform_data.u.triggers_replace == null }
output "o118" { value = terraform_data.u.input == "x" ? "y" : "n" }
output "o119" { value = [for r in [terraform_data.u] : r.input] }
output "o125" { value = try(terraform_data.u.output.foo, "d") }
output "o126" { value = can(terraform_data.u.output.foo) }
output "o128" { value = timestamp() == "" }
output "o129" { value = uuid() == null }
output "o130" { value = substr("abc${local.u}", 0, 2) }
output "o131" { value = trimprefix("abc${local.u}", "abc") }
output "o132" { value = strcontains("abc${local.u}", "b") }
output "o133" { value = replace("abc${local.u}", "a", "b") }
output "o134" { value = [null, local.u][0] }
output "o135" { value = lookup({}, "a", local.u) }
output "o136" { value = lookup({ a = local.u }, "a", 1) == null }
output "o137" { value = merge({ a = 1 }, local.u == "" ? {} : { b = 1 }).a }
output "o138" { value = merge({ a = 1 }, local.u == "" ? {} : { b = 1 }) }
output "o139" { value = merge(local.u == "" ? { a = 1 } : { a = 2 }, { b = 1 }).b }
output "o140" { value = concat(["a"], local.u == "" ? [] : ["b"])[0] }
output "o141" { value = concat(["a"], local.u == "" ? [] : ["b"]) }
output "o142" { value = [for x in(local.u == "" ? [1] : [2]) : x] }
output "o143" { value = length(local.u == "" ? ["a", "b"] : ["c", "d"]) }
output "o144" { value = (local.u == "" ? ["a", "b"] : ["a", "d"])[0] }
output "o145" { value = (local.u == "" ? { a = 1, b = 2 } : { a = 1, b = 3 }).a }
output "o146" { value = tonumber(local.u) > 1 }
output "o147" { value = cidrsubnet(local.u, 8, 1) }
output "o148" { value = base64encode(local.u) }
output "o149" { value = regexall("a", local.u) }
output "o150" { value = length(regexall("a", local.u)) > 0 }
output "o151" { value = toset(["a", local.u]) == toset([]) }
output "o152" { value = contains(toset(["a", local.u]), "a") }
output "o153" { value = tostring(local.u) == null }
output "o154" { value = tobool(local.u) ? 1 : 1 }
output "o155" { value = element([local.u], 0) == "" ? "a" : "a" }
