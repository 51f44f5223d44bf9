using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Registry.Migrations
{
    /// <inheritdoc />
    public partial class KeyLimits : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "burst",
                table: "api_keys",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "per_day",
                table: "api_keys",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "per_second",
                table: "api_keys",
                type: "double precision",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "key_usage",
                columns: table => new
                {
                    sha256 = table.Column<string>(type: "text", nullable: false),
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    reporter = table.Column<Guid>(type: "uuid", nullable: false),
                    calls = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_key_usage", x => new { x.sha256, x.day, x.reporter });
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "key_usage");

            migrationBuilder.DropColumn(
                name: "burst",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "per_day",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "per_second",
                table: "api_keys");
        }
    }
}
