# The decoder against two disassemblers: run by tests/decode/test_proof.sh and, with all of its words, by `make decode-proof`.
EXTRA_CHECKS += $(B)/tests/decode/proof
decode_proof_OBJ := $(addprefix $(B)/tests/decode/,proof.o exception.o)
$(B)/tests/decode/proof: $(decode_proof_OBJ) $(B)/cpu/decode.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^
$(decode_proof_OBJ): | $(cpu_GENERATED)

.PHONY: decode-proof decode-proof-run
decode-proof:
	$(Q)tools/deps
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) decode-proof-run VARIANT=$(VARIANT)
decode-proof-run: $(B)/tests/decode/proof
	$(Q)VARIANT=$(VARIANT) tests/decode/compare 2000 2000000
